import { z } from 'zod'

/** Frames a second as an exact fraction, for example 30000/1001. */
export const FrameRate = z.strictObject({
  numerator: z.int().min(1).max(1_000_000),
  denominator: z.int().min(1).max(1_000_000),
})
export type FrameRate = z.infer<typeof FrameRate>

/** What an operation on the chain has room for; a longer list is not made. */
const longestRuns = 5_000

/**
 * Segments whose lengths an offer may say: more than any tree of ours has, and few enough that an offer of some bytes, which every node
 * keeps for ever, cannot unfold into a megabyte.
 */
const mostLengths = 5_000

/** Frames of consecutive segments: as text in runs, `120x3,96`, and in memory one number each, `[120, 120, 120, 96]`. */
export const SegmentLengths = z.codec(
  z
    .string()
    .max(longestRuns)
    .regex(
      /^[1-9]\d{0,5}(x[1-9]\d{0,4})?(,[1-9]\d{0,5}(x[1-9]\d{0,4})?)*$/,
      'not runs like 120x3,96',
    ),
  z.array(z.int().min(1).max(100_000)).min(1).max(mostLengths).readonly(),
  {
    decode: (text, context) => {
      const runs = text.split(',').map((run) => run.split('x').map(Number))
      const total = runs.reduce((sum, [, count = 1]) => sum + count, 0)
      if (total <= mostLengths)
        return runs.flatMap(([frames = 0, count = 1]) => new Array<number>(count).fill(frames))
      context.issues.push({ code: 'custom', message: 'too many segments', input: text })
      return z.NEVER
    },
    encode: (lengths) => formatRuns(lengths),
  },
)

/** The text of {@link SegmentLengths}: equal neighbours are written once. */
function formatRuns(lengths: readonly number[]): string {
  const runs: { readonly frames: number; count: number }[] = []
  for (const frames of lengths) {
    const last = runs.at(-1)
    if (last?.frames === frames) last.count += 1
    else runs.push({ frames, count: 1 })
  }
  return runs.map(({ frames, count }) => (count === 1 ? frames : `${frames}x${count}`)).join(',')
}

/** True if segments of these lengths can be written into an offer. */
export function areOfferable(lengths: readonly number[]): boolean {
  return lengths.length <= mostLengths && formatRuns(lengths).length <= longestRuns
}

/** Parts of a grid that follow one another. */
export const PartRange = z.strictObject({
  /** Index of the first part, and how many there are, that one included. */
  first: z.int().min(0),
  parts: z.int().min(1),
})
export type PartRange = z.infer<typeof PartRange>

/**
 * The canonical time grid of a job: output frame k shows the source at k · denominator / numerator seconds.
 * Frames are cut into segments, segments into parts; a part is the unit that is encoded alone, and so the unit of
 * resuming, splitting and proving.
 */
export const FrameGrid = z
  .strictObject({
    rate: FrameRate,
    /** Frames in the whole output. */
    frames: z.int().min(1).max(100_000_000),
    /** Frames in every segment but the last; where `lengths` says more, in the longest. */
    segmentFrames: z.int().min(1).max(100_000),
    /** Frames of each segment, where the key frames of a copied rendition set them for all. */
    lengths: SegmentLengths.optional(),
    /** Segments in every part but the last. */
    partSegments: z.int().min(1).max(16),
    /** Seconds decoded ahead of a part's first frame: at least 3 and at least the source's longest GOP. */
    leadSeconds: z.int().min(3).max(600),
    /** What of the grid is to be encoded; absent for all of it. Sound is not cut into parts, and always whole. */
    range: PartRange.optional(),
  })
  .refine(
    ({ frames, segmentFrames, lengths }) =>
      !lengths ||
      (lengths.reduce((sum, length) => sum + length, 0) === frames &&
        lengths.every((length) => length <= segmentFrames)),
    'the lengths of the segments do not add up to the frames',
  )
  // The whole is written in one way only: without a range.
  .refine(
    ({ range, ...whole }) =>
      !range || (range.parts < partCount(whole) && range.first + range.parts <= partCount(whole)),
    'a range is a part of the grid, and not all of it',
  )
export type FrameGrid = z.infer<typeof FrameGrid>

/** A run of frames and the segments it fills. */
export type PartWindow = {
  readonly part: number
  readonly startFrame: number
  readonly frames: number
  readonly firstSegment: number
  readonly segments: number
}

/** What decides into how many pieces a grid is cut. */
type Cut = {
  readonly frames: number
  readonly segmentFrames: number
  readonly partSegments: number
  readonly lengths?: readonly number[] | undefined
}

/** Segments of the whole grid, whatever range of it is asked for. */
export function segmentCount(grid: Omit<Cut, 'partSegments'>): number {
  return grid.lengths?.length ?? Math.ceil(grid.frames / grid.segmentFrames)
}

export function partCount(grid: Cut): number {
  return Math.ceil(segmentCount(grid) / grid.partSegments)
}

/** The first frame of a segment; for the segment after the last, the number of all frames. */
export function segmentStart(grid: FrameGrid, segment: number): number {
  if (!grid.lengths) return Math.min(segment * grid.segmentFrames, grid.frames)
  let start = 0
  for (const length of grid.lengths.slice(0, segment)) start += length
  return start
}

/** Frames in one segment. */
export function framesInSegment(grid: FrameGrid, segment: number): number {
  return segmentStart(grid, segment + 1) - segmentStart(grid, segment)
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
  const segments = Math.min(grid.partSegments, segmentCount(grid) - firstSegment)
  const startFrame = segmentStart(grid, firstSegment)
  const frames = segmentStart(grid, firstSegment + segments) - startFrame
  return { part, startFrame, frames, firstSegment, segments }
}

/** Seconds at which a frame is shown. */
export function frameSeconds(rate: FrameRate, frame: number): number {
  return (frame * rate.denominator) / rate.numerator
}

/** Seconds of the whole output. */
export function gridSeconds(grid: FrameGrid): number {
  return frameSeconds(grid.rate, grid.frames)
}
