/** What a video stream says of itself, read from its own headers. */
export type StreamTerms = {
  /** RFC 6381 name, as playlists carry it. */
  readonly codecs: string
  /** Of the main profile of its codec, eight bits, 4:2:0. */
  readonly isMain: boolean
  /** Its level, as its codec writes it: 3.1. */
  readonly level: number
  /** Pixels of a picture, as it is shown. */
  readonly width: number
  readonly height: number
}
