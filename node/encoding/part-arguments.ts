import type { FrameGrid, FrameRate, PartWindow } from '#protocol/grid.ts'
import { frameSeconds, framesInSegment, partCount } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import type { Container, Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import type { CodecTerms } from './codecs/codec-arguments.ts'
import { codecArguments, qualitySteps } from './codecs/codec-arguments.ts'
import {
  deviceArguments,
  hardwareEncoderArguments,
  uploadFilters,
} from './hardware/hardware-arguments.ts'
import type { HardwareDevice } from './hardware/hardware-device.ts'
import { fromZero, inputArguments } from './input-arguments.ts'
import { renditionFilters, steadyFilters, uprightFilters } from './picture-filters.ts'
import { clockBaseSeconds } from './segment-clock.ts'
import { softFilters } from './soft-pictures.ts'
import type { SourceLayout } from './source-layout.ts'

export type PartEncode = {
  readonly layout: SourceLayout
  readonly grid: FrameGrid
  readonly recipe: Recipe
  readonly window: PartWindow
  readonly renditions: readonly Rendition[]
  readonly instructions: CodecTerms['instructions']
  /** See {@link CodecTerms}; 0 where it is not given. */
  readonly step?: number
  /** Encodes there and not by the recipe's encoder; everything before the encoder stays as it is. */
  readonly hardware?: HardwareDevice | null
}

/** Frames that may be missing at the end of a source, by the judgement of another build's demuxer, and are repeated. */
export const mostPaddedFrames = 2

const endings: Readonly<Record<Container, string>> = { mpegts: 'ts', fmp4: 'mp4' }

/** The name of a file of FFmpeg's, by rendition and index; with `%05d` in place of the index it is the muxer's pattern. */
export function segmentFile(
  rendition: string,
  index: number | '%05d',
  container: Container = 'mpegts',
): string {
  const place = typeof index === 'number' ? String(index).padStart(5, '0') : index
  return `${rendition}_${place}.${endings[container]}`
}

/** One process for one part: one decoder, and a scaler and an encoder for each rendition, all of one thread. */
export function partArguments(part: PartEncode): readonly string[] {
  const { layout, grid, recipe, window, renditions, hardware } = part
  const { container } = recipes[recipe]
  const fromSecond = frameSeconds(grid.rate, window.startFrame) - grid.leadSeconds
  return [
    ...['-loglevel', 'warning', ...(hardware ? deviceArguments(hardware) : [])],
    ...['-threads', '1', ...inputArguments(layout, fromSecond)],
    ...['-filter_threads', '1', '-filter_complex_threads', '1'],
    ...['-filter_complex', filterGraph(part)],
    ...renditions.flatMap((rendition, index) => [
      ...['-map', `[out${index}]`, ...encoderArguments(part, rendition)],
      ...[...muxerArguments(part, container), segmentFile(rendition.name, '%05d', container)],
    ]),
  ]
}

/**
 * The frames of a window, each with its place on the grid as its time.
 *
 * `fps` counts from the job's zero, not from where decoding began, and leaves one tick per frame as the time base; from
 * there on times are whole frame numbers and every cut is exact. Only at the very beginning may a first picture that
 * comes late be stretched to the front, and only at the very end may the last one be repeated.
 */
export function windowFilters(
  { video }: SourceLayout,
  { numerator, denominator }: FrameRate,
  window: { readonly startFrame: number; readonly endFrame?: number; readonly isLast?: boolean },
): readonly string[] {
  const { startFrame, endFrame, isLast } = window
  const end = endFrame === undefined ? '' : `:end_pts=${endFrame}`
  return [
    fromZero(video, 'setpts'),
    ...steadyFilters(video),
    `fps=${numerator}/${denominator}${startFrame === 0 ? ':start_time=0' : ''}`,
    ...(isLast ? [`tpad=stop=${mostPaddedFrames}:stop_mode=clone`] : []),
    `trim=start_pts=${startFrame}${end}`,
    `setpts=PTS-${startFrame}`,
  ]
}

function filterGraph(part: PartEncode): string {
  const { layout, grid, recipe, window, renditions, hardware, step = 0 } = part
  const { startFrame, frames } = window
  const isLast = window.part === partCount(grid) - 1
  const cut = windowFilters(layout, grid.rate, {
    startFrame,
    endFrame: startFrame + frames,
    isLast,
  })
  const upload = hardware ? uploadFilters(hardware) : []
  const pads = renditions.map((_, index) => `[in${index}]`)
  const picture = [...cut, ...uprightFilters(layout.video), `split=${renditions.length}`]
  const shared = `[0:${layout.video.index}]${picture.join(',')}`
  const branches = renditions.map((rendition, index) => {
    const soft = softFilters(step - qualitySteps[recipe], rendition, { rate: grid.rate, frames })
    const filters = [...renditionFilters(layout.video, rendition), ...soft, ...upload]
    return `${pads[index]}${filters.join(',')}[out${index}]`
  })
  return [`${shared}${pads.join('')}`, ...branches].join(';')
}

/**
 * The frames are counted once more on their way in: FFmpeg itself may repeat the last one to fill up a second. Nothing
 * that the source says of itself is passed on.
 */
function encoderArguments(part: PartEncode, rendition: Rendition): readonly string[] {
  const { grid, recipe, window, hardware, instructions, step = 0 } = part
  const { segmentFrames } = grid
  const forced = keyFrames(grid, window)
  const codec = hardware
    ? hardwareEncoderArguments(hardware, rendition, { segmentFrames, keyFrames: forced })
    : codecArguments(recipe, {
        ...{ rendition, segmentFrames, instructions, step },
        keyFrames: grid.lengths ? forced : null,
      })
  return [
    ...['-frames:v', String(window.frames), ...codec],
    ...['-flags:v', hardware ? '+bitexact+cgop' : '+bitexact', ...bareOutput],
  ]
}

function muxerArguments(
  { grid, window }: Pick<PartEncode, 'grid' | 'window'>,
  container: Container,
): readonly string[] {
  if (container === 'fmp4') return fragmentFormat(segmentEnds(grid, window), window.firstSegment)
  const offset = clockBaseSeconds + frameSeconds(grid.rate, window.startFrame)
  return segmentFormat(segmentEnds(grid, window), window.firstSegment, offset)
}

/** Nothing of the source's titles, places, devices and chapters, and nothing of the muxer's own version. */
export const bareOutput = [
  ...['-fflags', '+bitexact', '-map_metadata', '-1', '-map_chapters', '-1'],
] as const

/** Segments that end at counted frames, never at a time; the clock runs on from part to part. */
export function segmentFormat(
  ends: readonly number[],
  firstSegment: number,
  offsetSeconds: number,
): readonly string[] {
  return [
    ...['-f', 'segment', '-segment_format', 'mpegts', '-segment_frames', ends.join(',')],
    ...['-segment_start_number', String(firstSegment)],
    ...['-segment_format_options', 'pat_period=3600:sdt_period=3600'],
    ...['-muxdelay', '0', '-muxpreload', '0', '-output_ts_offset', offsetSeconds.toFixed(6)],
  ]
}

/** The same as files of MP4 with one fragment each, whose clock is of no matter: segments are packed anew. */
function fragmentFormat(ends: readonly number[], firstSegment: number): readonly string[] {
  return [
    ...['-f', 'segment', '-segment_format', 'mp4', '-segment_frames', ends.join(',')],
    ...['-segment_start_number', String(firstSegment)],
    ...['-segment_format_options', 'movflags=empty_moov+default_base_moof+frag_custom'],
  ]
}

/** Where a window's key frames belong: at the beginning of each of its segments. */
function keyFrames(grid: FrameGrid, window: PartWindow): string {
  if (!grid.lengths) return `expr:not(mod(n,${grid.segmentFrames}))`
  const starts = [0, ...segmentEnds(grid, window).slice(0, -1)]
  return `expr:${starts.map((frame) => `eq(n,${frame})`).join('+')}`
}

/** Frames of a window up to the end of each of its segments. */
export function segmentEnds(
  grid: FrameGrid,
  window: Pick<PartWindow, 'firstSegment' | 'segments'>,
): readonly number[] {
  let frames = 0
  return Array.from({ length: window.segments }, (_, offset) => {
    frames += framesInSegment(grid, window.firstSegment + offset)
    return frames
  })
}
