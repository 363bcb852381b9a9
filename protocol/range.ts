import type { FrameGrid, PartRange } from './grid.ts'
import { frameSeconds, partCount, segmentCount, segmentStart } from './grid.ts'

/** The parts that are to be encoded: those of the range, or all. */
export function rangeOf(grid: FrameGrid): PartRange {
  return grid.range ?? { first: 0, parts: partCount(grid) }
}

/** Indexes of the parts that are to be encoded, in order. */
export function partsAsked(grid: FrameGrid): readonly number[] {
  const { first, parts } = rangeOf(grid)
  return Array.from({ length: parts }, (_, index) => first + index)
}

/** A run of segments, by their indexes in the whole grid. */
type SegmentSpan = { readonly first: number; readonly segments: number }

/** The segments that an encoded rendition consists of. */
export function segmentSpan(grid: FrameGrid): SegmentSpan {
  const { first, parts } = rangeOf(grid)
  const start = first * grid.partSegments
  const end = Math.min((first + parts) * grid.partSegments, segmentCount(grid))
  return { first: start, segments: end - start }
}

/** The segments of any track by its name: the sound, `audio`, is whole whatever the range. */
export function trackSpan(grid: FrameGrid, track: string): SegmentSpan {
  return track === 'audio' ? { first: 0, segments: segmentCount(grid) } : segmentSpan(grid)
}

/** Frames that are to be encoded. */
export function framesAsked(grid: FrameGrid): number {
  const { first, segments } = segmentSpan(grid)
  return segmentStart(grid, first + segments) - segmentStart(grid, first)
}

/** Seconds of video that are to be encoded. */
export function secondsAsked(grid: FrameGrid): number {
  return frameSeconds(grid.rate, framesAsked(grid))
}

/** The grid without a range: that of the video as a whole. */
export function wholeGrid({ range: _, ...whole }: FrameGrid): FrameGrid {
  return whole
}
