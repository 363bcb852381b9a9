import type { Container } from '#protocol/recipe.ts'

/** Independent segments and float durations; for MP4, initialization segments besides (RFC 8216, 7). */
export const playlistVersions: Readonly<Record<Container, number>> = { mpegts: 6, fmp4: 7 }

export type MediaPlaylist = {
  readonly entries: readonly { readonly seconds: number; readonly address: string }[]
  /** Where the initialization segment is found; null for segments that need none. */
  readonly init: string | null
  /** More entries will follow; a player looks again for them. */
  readonly isGrowing: boolean
  /** Each entry can be decoded without those before it. */
  readonly isIndependent: boolean
}

/**
 * A playlist of segments: EVENT and open while it grows, VOD and closed when it is whole. An open one says that the video
 * begins at its beginning, which players would otherwise take for a broadcast and join at its end.
 */
export function mediaPlaylist({ entries, init, isGrowing, isIndependent }: MediaPlaylist): string {
  const target = targetSeconds(entries)
  return playlistText(playlistVersions[init === null ? 'mpegts' : 'fmp4'], [
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${isGrowing ? 'EVENT' : 'VOD'}`,
    ...(isGrowing ? ['#EXT-X-START:TIME-OFFSET=0,PRECISE=YES'] : []),
    ...(isIndependent ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : []),
    ...(init === null ? [] : [`#EXT-X-MAP:URI="${init}"`]),
    ...entries.flatMap(({ seconds, address }) => [`#EXTINF:${seconds.toFixed(6)},`, address]),
    ...(isGrowing ? [] : ['#EXT-X-ENDLIST']),
  ])
}

/** What no segment is longer than, in whole seconds as players round. */
export function targetSeconds(segments: readonly { readonly seconds: number }[]): number {
  return Math.max(1, ...segments.map(({ seconds }) => Math.round(seconds)))
}

/** A playlist's lines below its head, as a file. */
export function playlistText(version: number, lines: readonly string[]): string {
  return `${['#EXTM3U', `#EXT-X-VERSION:${version}`, ...lines].join('\n')}\n`
}
