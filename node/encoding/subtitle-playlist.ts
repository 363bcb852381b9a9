import type { FrameGrid } from '#protocol/grid.ts'
import { gridSeconds } from '#protocol/grid.ts'
import type { SubtitleRecord } from '#protocol/manifest.ts'
import { mediaPlaylist } from './media-playlist.ts'

/** All subtitles of a tree are one group, of which a player shows one or none. */
export const subtitleGroup = 'subtitles'

export const subtitleFile = 'subtitles.vtt'

/** The folder of one subtitle track. */
export function subtitleTrack(index: number): string {
  return `subtitles-${index}`
}

/** One track in the master playlist. */
export function subtitleEntry(
  { name, language, isDefault, isForced }: SubtitleRecord,
  address: string,
): string {
  const attributes = [
    'TYPE=SUBTITLES',
    `GROUP-ID="${subtitleGroup}"`,
    `NAME="${name}"`,
    ...(language === undefined ? [] : [`LANGUAGE="${language}"`]),
    `DEFAULT=${yesOrNo(isDefault)}`,
    'AUTOSELECT=YES',
    `FORCED=${yesOrNo(isForced)}`,
    `URI="${address}"`,
  ]
  return `#EXT-X-MEDIA:${attributes.join(',')}`
}

/** A whole video's text is less than a single picture of it: one file holds it. */
export function subtitlePlaylist(
  grid: FrameGrid,
  addressOf: (name: string) => string = (name) => name,
): string {
  return mediaPlaylist({
    entries: [{ seconds: gridSeconds(grid), address: addressOf(subtitleFile) }],
    init: null,
    isGrowing: false,
    isIndependent: false,
  })
}

function yesOrNo(value: boolean): string {
  return value ? 'YES' : 'NO'
}
