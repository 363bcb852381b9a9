import type { PartRange } from '#protocol/grid.ts'

/** Ranges that a video is sold in, at most: each is an offer, an award and an escrow of its own. */
export const mostRanges = 64

/** Cuts so many parts into ranges of nearly equal length, in order; never more ranges than parts. */
export function planRanges(parts: number, wanted: number): readonly PartRange[] {
  const count = Math.max(1, Math.min(wanted, parts, mostRanges))
  const startOf = (index: number): number => Math.round((index * parts) / count)
  return Array.from({ length: count }, (_, index) => {
    const first = startOf(index)
    return { first, parts: startOf(index + 1) - first }
  })
}

/** Parts below which a range is not worth an escrow and a check of its own: about a minute. */
const leastParts = 4

/** As many ranges as there are encoders to work on them, as long as none gets too short. */
export function usualRanges(parts: number, encoders: number): number {
  return Math.max(1, Math.min(encoders, Math.floor(parts / leastParts), mostRanges))
}
