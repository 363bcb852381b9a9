import { z } from 'zod'

/** Frames a second as an exact fraction, for example 30000/1001. */
export const FrameRate = z.strictObject({
  numerator: z.int().min(1).max(1_000_000),
  denominator: z.int().min(1).max(1_000_000),
})
export type FrameRate = z.infer<typeof FrameRate>

/**
 * The canonical time grid of a job: output frame k shows the source at k · denominator / numerator seconds.
 * Frames are cut into segments, segments into parts; a part is the unit that is encoded alone, and so the unit of
 * resuming, splitting and proving.
 */
export const FrameGrid = z.strictObject({
  rate: FrameRate,
  /** Frames in the whole output. */
  frames: z.int().min(1).max(100_000_000),
  /** Frames in every segment but the last. */
  segmentFrames: z.int().min(1).max(100_000),
  /** Segments in every part but the last. */
  partSegments: z.int().min(1).max(16),
  /** Seconds decoded ahead of a part's first frame: at least 3 and at least the source's longest GOP. */
  leadSeconds: z.int().min(3).max(600),
})
export type FrameGrid = z.infer<typeof FrameGrid>

/** A run of frames and the segments it fills. */
export type PartWindow = {
  readonly part: number
  readonly startFrame: number
  readonly frames: number
  readonly firstSegment: number
  readonly segments: number
}

export function segmentCount(grid: FrameGrid): number {
  return Math.ceil(grid.frames / grid.segmentFrames)
}

export function partCount(grid: FrameGrid): number {
  return Math.ceil(segmentCount(grid) / grid.partSegments)
}

/** Frames in one segment: all are full but the last. */
export function framesInSegment(grid: FrameGrid, segment: number): number {
  return Math.min(grid.segmentFrames, grid.frames - segment * grid.segmentFrames)
}

/** The part a segment is encoded in. */
export function partOfSegment(grid: FrameGrid, segment: number): number {
  return Math.floor(segment / grid.partSegments)
}

/** Which frames and segments a part covers. Throws a RangeError outside the grid. */
export function partWindow(grid: FrameGrid, part: number): PartWindow {
  if (!Number.isInteger(part) || part < 0 || part >= partCount(grid))
    throw new RangeError('no such part')
  const firstSegment = part * grid.partSegments
  const startFrame = firstSegment * grid.segmentFrames
  const frames = Math.min(grid.partSegments * grid.segmentFrames, grid.frames - startFrame)
  return {
    part,
    startFrame,
    frames,
    firstSegment,
    segments: Math.ceil(frames / grid.segmentFrames),
  }
}

/** Seconds at which a frame is shown. */
export function frameSeconds(rate: FrameRate, frame: number): number {
  return (frame * rate.denominator) / rate.numerator
}

/** Seconds of the whole output. */
export function gridSeconds(grid: FrameGrid): number {
  return frameSeconds(grid.rate, grid.frames)
}
