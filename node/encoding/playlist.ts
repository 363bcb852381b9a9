import type { FrameRate } from '#protocol/grid.ts'
import type {
  AudioRecord,
  InitRecord,
  Manifest,
  RenditionRecord,
  SegmentRecord,
} from '#protocol/manifest.ts'
import type { Container } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { audioRendition } from './audio-arguments.ts'
import { mediaPlaylist, playlistText, playlistVersions, targetSeconds } from './media-playlist.ts'
import { meanRate, peakRate } from './peak-rate.ts'
import { subtitleEntry, subtitleGroup, subtitleTrack } from './subtitle-playlist.ts'

/** The names of a tree's files; players find everything from the first. */
export const masterName = 'master.m3u8'
export const manifestName = 'manifest.json'

/** The same master with every reference a content id, so that it plays from any gateway without its tree. */
export const cidMasterName = 'master.cid.m3u8'

export function playlistName(rendition: string): string {
  return `${rendition}/index.m3u8`
}

export function cidPlaylistName(rendition: string): string {
  return `${rendition}/index.cid.m3u8`
}

/** What every segment of a track in fragmented MP4 needs first. */
export const initName = 'init.mp4'

const endings: Readonly<Record<Container, string>> = { mpegts: 'ts', fmp4: 'm4s' }

/** Relative to its playlist, so that a tree plays under any address. */
export function segmentName(index: number, container: Container): string {
  return `segment_${String(index).padStart(3, '0')}.${endings[container]}`
}

/** How the segments of a track are packed, by whether it has an initialization segment. */
export function containerOf({ init }: { readonly init?: InitRecord | undefined }): Container {
  return init ? 'fmp4' : 'mpegts'
}

/** How a playlist is written. */
export type PlaylistForm = {
  /** Where a segment, or a rendition's playlist, is found; by default relative to the playlist itself. */
  readonly addressOf?: (name: string) => string
  /** The tree is still being encoded: the playlist will grow, and what is promised may not be too little. */
  readonly isGrowing?: boolean
  /** Index of the first segment; 0, but for a range of a video. */
  readonly firstSegment?: number
}

/**
 * The master playlist. Its figures are measured: the peak is that of the heaviest stretch, sound included, so that no
 * player is promised less than it will have to fetch.
 */
export function masterPlaylist(manifest: Manifest, form: PlaylistForm = {}): string {
  const { audio, renditions, subtitles = [] } = manifest
  const { addressOf = (name) => name } = form
  const version = playlistVersions[recipes[manifest.recipe].container]
  return playlistText(version, [
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(audio ? [audioEntry(audio, addressOf(playlistName(audioRendition)))] : []),
    ...subtitles.map((subtitle, index) =>
      subtitleEntry(subtitle, addressOf(playlistName(subtitleTrack(index)))),
    ),
    ...renditions.flatMap((rendition) => [
      variantEntry(rendition, manifest, form),
      addressOf(playlistName(rendition.name)),
    ]),
  ])
}

/** A rendition's playlist: complete, so that players may seek anywhere at once, unless it is said to grow. */
export function videoPlaylist(
  { segments, init }: Pick<RenditionRecord, 'segments' | 'init'>,
  rate: FrameRate,
  form: PlaylistForm = {},
): string {
  const durations = segments.map(({ units }) => frameTime(units, rate))
  return segmentPlaylist(durations, containerOf({ init }), form)
}

export function audioPlaylist(
  { segments, sampleRate, init }: Pick<AudioRecord, 'segments' | 'sampleRate' | 'init'>,
  form: PlaylistForm = {},
): string {
  const durations = segments.map(({ units }) => units / sampleRate)
  return segmentPlaylist(durations, containerOf({ init }), form)
}

function segmentPlaylist(
  durations: readonly number[],
  container: Container,
  { addressOf = (name) => name, isGrowing = false, firstSegment = 0 }: PlaylistForm,
): string {
  return mediaPlaylist({
    entries: durations.map((seconds, index) => ({
      seconds,
      address: addressOf(segmentName(firstSegment + index, container)),
    })),
    init: container === 'fmp4' ? addressOf(initName) : null,
    isGrowing,
    isIndependent: true,
  })
}

function audioEntry({ channels }: AudioRecord, address: string): string {
  const attributes = [
    'TYPE=AUDIO',
    `GROUP-ID="${audioRendition}"`,
    `NAME="${audioRendition}"`,
    'DEFAULT=YES',
    'AUTOSELECT=YES',
    `CHANNELS="${channels}"`,
    `URI="${address}"`,
  ]
  return `#EXT-X-MEDIA:${attributes.join(',')}`
}

function variantEntry(
  rendition: RenditionRecord,
  { audio, grid: { rate }, subtitles }: Pick<Manifest, 'audio' | 'grid' | 'subtitles'>,
  { isGrowing = false }: PlaylistForm,
): string {
  const video = measure(rendition.segments, (units) => frameTime(units, rate))
  const sound = measure(audio?.segments ?? [], (units) => units / (audio?.sampleRate ?? 1))
  const codecs = [rendition.codecs, ...(audio ? [audio.codecs] : [])].join(',')
  const peak = isGrowing ? Math.max(video.peak, 1000 * rendition.kbps) : video.peak
  const attributes = [
    `BANDWIDTH=${Math.ceil(peak + sound.peak)}`,
    `AVERAGE-BANDWIDTH=${Math.ceil(video.average + sound.average)}`,
    `RESOLUTION=${rendition.width}x${rendition.height}`,
    `CODECS="${codecs}"`,
    `FRAME-RATE=${(rate.numerator / rate.denominator).toFixed(3)}`,
    'VIDEO-RANGE=SDR',
    ...(audio ? [`AUDIO="${audioRendition}"`] : []),
    ...(subtitles ? [`SUBTITLES="${subtitleGroup}"`] : []),
  ]
  return `#EXT-X-STREAM-INF:${attributes.join(',')}`
}

/** Bits a second, at most and on average. */
function measure(
  segments: readonly SegmentRecord[],
  secondsOf: (units: number) => number,
): { readonly peak: number; readonly average: number } {
  const stretches = segments.map(({ bytes, units }) => ({
    bits: 8 * bytes,
    seconds: secondsOf(units),
  }))
  return { peak: peakRate(stretches, targetSeconds(stretches)), average: meanRate(stretches) }
}

function frameTime(frames: number, { numerator, denominator }: FrameRate): number {
  return (frames * denominator) / numerator
}
