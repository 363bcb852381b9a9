/** What was found out about one encoder of one device, by running the production graph on it. */
export type HardwareFinding = {
  readonly device: string
  /** FFmpeg's name of the encoder. */
  readonly encoder: string
  readonly ok: boolean
  /** Why it cannot be used; what it can do where it is. */
  readonly reason: string
  /** What would mend it; null where there is nothing to mend. */
  readonly fix: string | null
}
