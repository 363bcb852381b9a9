import type { FrameGrid } from '#protocol/grid.ts'
import { segmentCount, segmentStart } from '#protocol/grid.ts'

/** Consecutive segments that are still to be made, and the frames in them. */
export type SegmentRun = {
  readonly segments: readonly number[]
  readonly first: number
  readonly end: number
}

/** What is missing, in as few runs as can be: each is decoded from its own beginning. */
export function missingRuns(grid: FrameGrid, finished: readonly number[]): readonly SegmentRun[] {
  const isHere = new Set(finished)
  const runs: number[][] = []
  for (let segment = 0; segment < segmentCount(grid); segment += 1) {
    if (isHere.has(segment)) continue
    const last = runs.at(-1)
    if (last && last.at(-1) === segment - 1) last.push(segment)
    else runs.push([segment])
  }
  return runs.map((segments) => ({
    segments,
    first: segmentStart(grid, segments[0] ?? 0),
    end: segmentStart(grid, (segments.at(-1) ?? 0) + 1),
  }))
}
