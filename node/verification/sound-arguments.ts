import type { FrameGrid } from '#protocol/grid.ts'
import { aacFrameSamples, audioPreset } from '#protocol/ladder.ts'
import type { AudioEncode } from '../encoding/audio-arguments.ts'
import { audioFrames, plainSoundArguments } from '../encoding/audio-arguments.ts'
import { clockBaseSeconds } from '../encoding/segment-clock.ts'
import { segmentDemuxer, segmentInput } from './picture-arguments.ts'

/** One segment of the sound, as it was delivered and as it was encoded here, each in a file with its neighbours. */
export type SoundComparison = {
  readonly grid: FrameGrid
  readonly segment: number
  readonly delivered: string
  readonly reference: string
}

/** Both are compared as 16-bit stereo at this rate: up to 8 kHz an AAC encoder keeps the wave itself. */
export const comparedRate = 16_000
export const comparedChannels = 2

export const soundFiles = {
  delivered: 'delivered.pcm',
  reference: 'reference.pcm',
  source: 'source.pcm',
} as const

type SoundWindow = { readonly start: number; readonly end: number }

/** Samples, at {@link comparedRate}, that a segment begins and ends at on the job's clock. */
function soundWindow(grid: FrameGrid, segment: number): SoundWindow {
  const counts = audioFrames(grid)
  const before = sum(counts.slice(0, segment))
  const until = before + (counts[segment] ?? 0)
  // The first frame of all only primes the decoder, and the sound begins after it.
  return { start: samplesAt(segment === 0 ? 1 : before), end: samplesAt(until) }
}

/** One process decodes both to plain samples of the segment's window, each at its own time: late sound stays late. */
export function soundArguments(comparison: SoundComparison): readonly string[] {
  const { delivered, reference } = comparison
  const cutOf = (file: string) => windowCut(comparison, file)
  return [
    ...['-y', '-loglevel', 'warning', '-copyts'],
    ...[...segmentInput(delivered), ...segmentInput(reference)],
    ...['-filter_threads', '1', '-filter_complex_threads', '1'],
    ...[
      '-filter_complex',
      [`[0:a:0]${cutOf(delivered)}[delivered]`, `[1:a:0]${cutOf(reference)}[reference]`].join(';'),
    ],
    ...['-map', '[delivered]', '-f', 's16le', soundFiles.delivered],
    ...['-map', '[reference]', '-f', 's16le', soundFiles.reference],
  ]
}

/**
 * Makes the same window of what the encoder is given. It begins where the neighbour ahead does, as the others do: a resampler that is
 * begun elsewhere is a fraction of a sample beside them.
 */
export function sourceArguments(encode: AudioEncode, segment: number): readonly string[] {
  const { sampleRate } = audioPreset
  const { start, end } = soundWindow(encode.grid, segment)
  const first = aacFrameSamples * sum(audioFrames(encode.grid).slice(0, Math.max(0, segment - 1)))
  return plainSoundArguments(encode, {
    filters: [
      ...[`aresample=${sampleRate}:async=1:first_pts=0`, `asettb=1/${sampleRate}`],
      ...[`atrim=start_pts=${first}`, ...resampledTo({ start, end }, samplesBefore(start))],
    ],
    file: soundFiles.source,
  })
}

/** Silence where a sound is missing, so that what follows keeps its time. */
function windowCut({ grid, segment }: SoundComparison, file: string): string {
  const base = segmentDemuxer(file) === 'mpegts' ? clockBaseSeconds : 0
  const { start, end } = soundWindow(grid, segment)
  const window = resampledTo({ start, end }, samplesBefore(start))
  return [`asetpts=PTS-${base}/TB`, ...window].join(',')
}

function resampledTo({ start, end }: SoundWindow, first: number): readonly string[] {
  return [
    `aresample=${comparedRate}:async=1:first_pts=${first}`,
    'aformat=sample_fmts=s16:channel_layouts=stereo',
    'apad',
    `asettb=1/${comparedRate}`,
    `atrim=start_pts=${start}:end_pts=${end}`,
  ]
}

/** The neighbour ahead is resampled as well: its end is what the window's first samples are made with. */
function samplesBefore(start: number): number {
  return Math.max(0, start - comparedRate)
}

function samplesAt(frames: number): number {
  return Math.round((frames * aacFrameSamples * comparedRate) / audioPreset.sampleRate)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
