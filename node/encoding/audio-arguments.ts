import path from 'node:path'
import type { FrameGrid } from '#protocol/grid.ts'
import { segmentCount, segmentStart } from '#protocol/grid.ts'
import { aacFrameSamples, audioPreset } from '#protocol/ladder.ts'
import { fromZero, inputArguments, openingArguments } from './input-arguments.ts'
import { segmentFile } from './part-arguments.ts'
import { clockBaseSeconds } from './segment-clock.ts'
import type { SoundLayout, SourceLayout } from './source-layout.ts'

export type AudioEncode = {
  readonly layout: SourceLayout
  readonly audioStream: number
  readonly grid: FrameGrid
}

/** The name of the shared sound among the renditions of a tree. */
export const audioRendition = 'audio'

/**
 * AAC frames in each segment: a frame belongs to the segment in which it begins. However short it is, every segment has
 * one, and the first another that primes it. The last segment ends with the video, or up to two frames later.
 */
export function audioFrames(grid: FrameGrid): readonly number[] {
  const { numerator, denominator } = grid.rate
  const counts: number[] = []
  let total = 0
  for (let segment = 1; segment <= segmentCount(grid); segment += 1) {
    const videoFrames = segmentStart(grid, segment)
    const samples = (videoFrames * denominator * audioPreset.sampleRate) / numerator
    const count = Math.max(segment === 1 ? 2 : 1, Math.ceil(samples / aacFrameSamples) - total)
    counts.push(count)
    total += count
  }
  return counts
}

/**
 * One process for the whole sound. `-cpuflags 0` keeps resampler and encoder from code that differs between processors:
 * it costs a tenth of the time with FFmpeg 5 and is still forty times faster than real time.
 */
export function audioArguments({ layout, audioStream, grid }: AudioEncode): readonly string[] {
  const counts = audioFrames(grid)
  return [
    ...graphArguments({ layout, audioStream, grid }, []),
    ...['-map', '[sound]', '-c:a', 'aac', '-threads', '1', '-b:a', `${audioPreset.kbps}k`],
    ...[
      '-flags:a',
      '+bitexact',
      '-fflags',
      '+bitexact',
      '-map_metadata',
      '-1',
      '-map_chapters',
      '-1',
    ],
    ...['-f', 'segment', '-segment_format', 'mpegts', '-segment_frames', cutsAfter(counts)],
    ...['-segment_format_options', 'mpegts_copyts=1:pat_period=3600:sdt_period=3600'],
    ...['-output_ts_offset', String(clockBaseSeconds), segmentFile(audioRendition, '%05d')],
  ]
}

/** A stretch of the sound as the encoder is given it: 16-bit samples, filtered to what they are to be compared as. */
export function plainSoundArguments(
  encode: AudioEncode,
  { filters, file }: { readonly filters: readonly string[]; readonly file: string },
): readonly string[] {
  return [...graphArguments(encode, filters), ...['-map', '[sound]', '-f', 's16le', '-y', file]]
}

/** Up to `[sound]`: what every process does that makes something of the sound. */
function graphArguments(
  { layout, audioStream, grid }: AudioEncode,
  more: readonly string[],
): readonly string[] {
  const sound = layout.sounds.find(({ index }) => index === audioStream)
  const frames = audioFrames(grid).reduce((sum, count) => sum + count, 0)
  const filters = [
    fromZero(layout.video, 'asetpts'),
    ...[...stereoFilters(sound), ...steadySound(frames), ...more],
  ]
  return [
    ...['-cpuflags', '0', '-loglevel', 'warning', '-threads', '1', ...inputArguments(layout, 0)],
    ...['-filter_threads', '1', '-filter_complex_threads', '1'],
    ...['-filter_complex', `[0:${audioStream}]${filters.join(',')}[sound]`],
  ]
}

/** The name of a sound that was evened out, in the directory in which FFmpeg runs. */
const evenSoundFile = 'sound.nut'

/**
 * Decodes a sound that changes its channels or its rate in mid-stream, as broadcasts do between films and advertisements,
 * into one that does not; times count from the job's zero. Each change builds these filters anew, which costs them
 * nothing, while those that fill gaps would begin again with silence from zero.
 */
export function evenSoundArguments({
  layout,
  audioStream,
}: Omit<AudioEncode, 'grid'>): readonly string[] {
  const filters = [
    ...[fromZero(layout.video, 'asetpts'), 'atrim=start=0'],
    ...[`aresample=${audioPreset.sampleRate}:${downMix}`, sampleFormat],
  ]
  return [
    ...['-cpuflags', '0', '-loglevel', 'warning', '-threads', '1'],
    ...openingArguments(layout, 0),
    ...['-filter_threads', '1', '-filter_complex_threads', '1'],
    ...['-filter_complex', `[0:${audioStream}]${filters.join(',')}[sound]`],
    ...['-map', '[sound]', '-c:a', 'pcm_s16le', '-fflags', '+bitexact', '-f', 'nut', evenSoundFile],
  ]
}

/** The evened sound as a source of its own. */
export function evenSoundLayout(layout: SourceLayout, directory: string): SourceLayout {
  const video = { ...layout.video, startPts: 0, decoder: null }
  const file = path.join(directory, evenSoundFile)
  return { ...layout, path: file, demuxer: 'nut', video, sounds: [], audioStream: 0 }
}

/** No mix is louder than full scale, whatever its channels hold together. */
const downMix = 'rematrix_maxval=1'
const sampleFormat = 'aformat=sample_fmts=fltp:channel_layouts=stereo'

/** FFmpeg makes mono fainter in stereo, and knows no mix for more channels than cinemas have; then the first two count. */
function stereoFilters(sound: SoundLayout | undefined): readonly string[] {
  if (sound?.channels === 1) return ['pan=stereo|c0=c0|c1=c0']
  const isUnknown = sound !== undefined && sound.channels > 8
  return isUnknown ? ['pan=stereo|c0=c0|c1=c1'] : []
}

/**
 * Sound in step with the pictures: silence where it begins later, has a gap or ends earlier, a cut where it is longer.
 *
 * AAC begins with one frame that only primes the decoder and is timed before the first sample. The encoder is therefore
 * given the sound from its second frame on, at its own time: the priming frame then falls on the common start of sound
 * and pictures, where players expect the first one.
 */
function steadySound(frames: number): readonly string[] {
  return [
    `aresample=${audioPreset.sampleRate}:async=1:first_pts=0:${downMix}`,
    ...[sampleFormat, 'apad'],
    `atrim=start_sample=${aacFrameSamples}:end_sample=${frames * aacFrameSamples}`,
  ]
}

/** Running totals: the muxer cuts after so many frames of the whole. */
function cutsAfter(counts: readonly number[]): string {
  const totals: number[] = []
  for (const count of counts) totals.push((totals.at(-1) ?? 0) + count)
  return totals.join(',')
}
