import { planRanges } from '#market/domain/range-plan.ts'
import { lostAfterMs } from '#market/services/creator/stand-in.ts'
import type { Random } from '../support/world/random.ts'

/** What a simulated film and its market are assumed to be. Seconds. */
export type Assumptions = {
  /** Of one part on a machine of usual speed, drawn from what was measured. */
  readonly partSeconds: readonly number[]
  readonly parts: number
  /** Percent by which machines may be slower or faster than usual, evenly spread. */
  readonly spreadPercent: number
  /** From the offer to the first frame: bids, award, approvals. */
  readonly startSeconds: number
  /** From the last part to the payment: delivery, fetching, check, settlement. */
  readonly endSeconds: number
  /** Of putting the tree together. */
  readonly mergeSeconds: number
}

/** How one encoder of a run fails: it stops half-way and says no more. */
export type Mishap = 'none' | 'one stalls'

/**
 * Seconds from the offer to the whole tree with so many encoders, one range each. One that stalls is found when a node takes it
 * for lost, and its range is done again by whoever is free first.
 */
export function simulateSplit(
  { partSeconds, parts, spreadPercent, startSeconds, endSeconds, mergeSeconds }: Assumptions,
  encoders: number,
  mishap: Mishap,
  random: Random,
): number {
  const paceOf = (): number => 1 + (random.below(2 * spreadPercent + 1) - spreadPercent) / 100
  const workOf = (count: number): number => {
    const pace = paceOf()
    let sum = 0
    for (let part = 0; part < count; part += 1)
      sum += pace * (partSeconds[random.below(partSeconds.length)] ?? 0)
    return sum
  }
  const ranges = planRanges(parts, encoders)
  const ends = ranges.map((range) => workOf(range.parts))
  if (mishap === 'one stalls') {
    const lost = random.below(ranges.length)
    const { parts: frames = 0 } = ranges[lost] ?? {}
    const others = ends.filter((_, place) => place !== lost)
    const share = ends[lost] ?? 0
    const free = Math.min(...others)
    const found = share / 2 + lostAfterMs / 1_000
    ends[lost] = Math.max(found, free) + startSeconds + workOf(frames)
  }
  return startSeconds + Math.max(...ends) + endSeconds + mergeSeconds
}
