import type { FrameRate } from '#protocol/grid.ts'
import type { AudioRecord, Manifest, RenditionRecord, SegmentRecord } from '#protocol/manifest.ts'
import { audioRendition } from './audio-arguments.ts'

/** The names of a tree's files; players find everything from the first. */
export const masterName = 'master.m3u8'
export const manifestName = 'manifest.json'

export function playlistName(rendition: string): string {
  return `${rendition}/index.m3u8`
}

/** Relative to its playlist, so that a tree plays under any address. */
export function segmentName(index: number): string {
  return `segment_${String(index).padStart(3, '0')}.ts`
}

/** Independent segments and float durations (RFC 8216). */
const version = 6

/**
 * The master playlist. Its figures are measured: the peak is that of the heaviest segment, sound included, so that no
 * player is promised less than it will have to fetch.
 */
export function masterPlaylist(manifest: Manifest): string {
  const { audio, renditions, grid } = manifest
  return lines([
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(audio ? [audioEntry(audio)] : []),
    ...renditions.flatMap((rendition) => [
      variantEntry(rendition, audio, grid.rate),
      playlistName(rendition.name),
    ]),
  ])
}

/** A rendition's playlist: complete, so that players may seek anywhere at once. */
export function videoPlaylist({ segments }: RenditionRecord, rate: FrameRate): string {
  return mediaPlaylist(segments.map(({ units }) => frameTime(units, rate)))
}

export function audioPlaylist({ segments, sampleRate }: AudioRecord): string {
  return mediaPlaylist(segments.map(({ units }) => units / sampleRate))
}

function mediaPlaylist(durations: readonly number[]): string {
  const target = Math.max(1, ...durations.map(Math.round))
  return lines([
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...durations.flatMap((seconds, index) => [
      `#EXTINF:${seconds.toFixed(6)},`,
      segmentName(index),
    ]),
    '#EXT-X-ENDLIST',
  ])
}

function audioEntry({ channels }: AudioRecord): string {
  const attributes = [
    'TYPE=AUDIO',
    `GROUP-ID="${audioRendition}"`,
    `NAME="${audioRendition}"`,
    'DEFAULT=YES',
    'AUTOSELECT=YES',
    `CHANNELS="${channels}"`,
    `URI="${playlistName(audioRendition)}"`,
  ]
  return `#EXT-X-MEDIA:${attributes.join(',')}`
}

function variantEntry(
  rendition: RenditionRecord,
  audio: AudioRecord | null,
  rate: FrameRate,
): string {
  const video = measure(rendition.segments, (units) => frameTime(units, rate))
  const sound = measure(audio?.segments ?? [], (units) => units / (audio?.sampleRate ?? 1))
  const codecs = [rendition.codecs, ...(audio ? [audio.codecs] : [])].join(',')
  const attributes = [
    `BANDWIDTH=${Math.ceil(video.peak + sound.peak)}`,
    `AVERAGE-BANDWIDTH=${Math.ceil(video.average + sound.average)}`,
    `RESOLUTION=${rendition.width}x${rendition.height}`,
    `CODECS="${codecs}"`,
    `FRAME-RATE=${(rate.numerator / rate.denominator).toFixed(3)}`,
    ...(audio ? [`AUDIO="${audioRendition}"`] : []),
  ]
  return `#EXT-X-STREAM-INF:${attributes.join(',')}`
}

/** Bits a second, at most and on average. */
function measure(
  segments: readonly SegmentRecord[],
  secondsOf: (units: number) => number,
): { readonly peak: number; readonly average: number } {
  let bits = 0
  let seconds = 0
  let peak = 0
  for (const segment of segments) {
    const duration = secondsOf(segment.units)
    bits += 8 * segment.bytes
    seconds += duration
    peak = Math.max(peak, (8 * segment.bytes) / duration)
  }
  return { peak, average: seconds === 0 ? 0 : bits / seconds }
}

function frameTime(frames: number, { numerator, denominator }: FrameRate): number {
  return (frames * denominator) / numerator
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`
}
