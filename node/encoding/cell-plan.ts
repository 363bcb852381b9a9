import type { Cell, EncodeRequest } from '#market/ports/encoding-engine.ts'
import { partWindow } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { partsAsked } from '#protocol/range.ts'

/** What is to be encoded, and what of it is done already. */
export type PlanWork = {
  readonly terms: EncodeRequest['terms']
  readonly isFinished: (part: number, rendition: string) => boolean
}

/**
 * What decoding takes, in output pixels encoded in the same time: for each pixel of the source, and for each of its bits. A
 * camera's bits weigh more than its pixels (measured, H.264 of 1080p at 0.5 and at 48 Mb/s: 0.06 and 0.55 s a second).
 */
const decodeWeights = { pixel: 0.04, bit: 0.3 } as const

/** Parts at the end that may be split, and be split finely. More would only make the search longer. */
const longestTail = 16
const longestFineTail = 3

/** How a part's renditions are divided: all together, the largest alone, or each alone. */
const styles = [
  (renditions: readonly Rendition[]) => [renditions],
  ([largest, ...others]: readonly Rendition[]) => [largest ? [largest] : [], others],
  (renditions: readonly Rendition[]) => renditions.map((rendition) => [rendition]),
] as const

/**
 * The cells of a job in the order in which workers take them.
 *
 * Whole parts share one decoding, so that is what they are while there are enough of them; the last ones are split by
 * rendition where that keeps all workers busy to the end, and are then taken longest first. Among the ways to split the
 * tail, the one that ends soonest wins; equal ends are won by the fewest cells. Finished work is left out.
 */
export function planCells(work: PlanWork, workers: number): readonly Cell[] {
  const parts = unfinishedParts(work)
  const cost = createCost(work.terms)
  let best = parts
  let bestEnd = lastEnd(best.map(cost), workers)
  for (const candidate of splitTails(parts, cost)) {
    const end = lastEnd(candidate.map(cost), workers)
    if (end >= 0.995 * bestEnd) continue
    best = candidate
    bestEnd = end
  }
  return best
}

/** Work of a cell, in output pixels: what is encoded, and what is decoded for it, lead included. */
export function createCost({ source, grid }: EncodeRequest['terms']): (cell: Cell) => number {
  const leadFrames = (grid.leadSeconds * grid.rate.numerator) / grid.rate.denominator
  const bitsPerFrame = (8 * source.bytes) / grid.frames
  const decodeCost =
    decodeWeights.pixel * source.width * source.height + decodeWeights.bit * bitsPerFrame
  return ({ part, renditions }) => {
    const { frames, startFrame } = partWindow(grid, part)
    const decoded = frames + Math.min(startFrame, leadFrames)
    return frames * framePixels(renditions) + decodeCost * decoded
  }
}

/** The renditions that are made by encoding: all but the one that is copied. */
export function encodedRenditions({
  ladder,
  copied,
}: Pick<EncodeRequest['terms'], 'ladder' | 'copied'>): readonly Rendition[] {
  return ladder.filter(({ name }) => name !== copied)
}

/** Output pixels of one frame in several renditions. */
export function framePixels(renditions: readonly Rendition[]): number {
  return renditions.reduce((sum, { width, height }) => sum + width * height, 0)
}

function unfinishedParts({ terms, isFinished }: PlanWork): readonly Cell[] {
  return partsAsked(terms.grid)
    .map((part) => ({
      part,
      renditions: encodedRenditions(terms).filter(({ name }) => !isFinished(part, name)),
    }))
    .filter(({ renditions }) => renditions.length > 0)
}

/** Every way to split some parts at the end, and the very last of those finer than the others. */
function* splitTails(
  parts: readonly Cell[],
  cost: (cell: Cell) => number,
): Generator<readonly Cell[]> {
  const [, coarsely, finely] = styles
  for (let tail = 1; tail <= Math.min(parts.length, longestTail); tail += 1)
    for (let fine = 0; fine <= Math.min(tail, longestFineTail); fine += 1) {
      const head = parts.slice(0, parts.length - tail)
      const coarse = parts.slice(parts.length - tail, parts.length - fine)
      const split = [
        ...coarse.flatMap((part) => splitPart(part, coarsely)),
        ...parts.slice(parts.length - fine).flatMap((part) => splitPart(part, finely)),
      ]
      yield [...head, ...split.toSorted((a, b) => cost(b) - cost(a))]
    }
}

function splitPart({ part, renditions }: Cell, style: (typeof styles)[number]): readonly Cell[] {
  const groups = style(renditions).filter((group) => group.length > 0)
  return groups.map((group) => ({ part, renditions: group }))
}

/** When the last worker is done, if each takes the next cell as soon as it is free. */
function lastEnd(costs: readonly number[], workers: number): number {
  const ends = new Array<number>(Math.max(1, Math.min(workers, costs.length))).fill(0)
  for (const cost of costs) {
    const [soonest = 0] = ends
    ends[0] = soonest + cost
    ends.sort((a, b) => a - b)
  }
  return Math.max(...ends)
}
