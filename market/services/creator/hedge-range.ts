import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import { framesAsked } from '#protocol/range.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import { isSlow, usualPace } from '../../domain/slow-range.ts'
import type { SoldRange, SplitJobIn } from '../../domain/split-job.ts'
import type { CreatorContext } from './creator-deps.ts'
import { saveSplit, storeRangeOffer, tryRangeOffer } from './offer-range.ts'
import { jobsOf, leftOf, openJobsOf, triedBy } from './range-standing.ts'

/**
 * Offers a range that holds up the others to a second encoder, as far as the ceiling of the whole has room for it. The first good
 * delivery counts; the other encoder is paid all the same for what it delivers in time.
 */
export function hedgeSlowRanges(deps: CreatorContext, split: SplitJobIn<'working'>): void {
  if (!deps.ledger.isTrusted() || deps.readiness.obstacle() !== null) return
  let current = split
  for (const [place, sold] of split.ranges.entries()) {
    const slow = slowJobOf(deps, split, sold)
    const ceiling = slow && roomFor(deps, current, sold)
    if (!slow || ceiling === null) continue
    const made = tryRangeOffer(deps, split, { ...sold, ceiling })
    if (!made) continue
    storeRangeOffer(deps, split, made, triedBy(deps, sold.jobs))
    const { job: rangeJob } = made.offer
    const hedged = { ...sold, jobs: [...sold.jobs, rangeJob] }
    current = { ...current, ranges: current.ranges.with(place, hedged) }
    const reason = `@${slow.choice.bid.encoder} takes longer than the others.`
    const told = { type: 'range-offered', because: 'slow', reason } as const
    saveSplit(deps, current, { ...told, ...sold.range, rangeJob })
  }
}

type Working = Extract<CreatorJob, { readonly phase: 'awaiting-delivery' }>

/** The one job of a range, if it is too slow; null where there are two already, or it is not at work. */
function slowJobOf(
  deps: CreatorContext,
  { terms, ranges }: SplitJobIn<'working'>,
  sold: SoldRange,
): Working | null {
  if (sold.won) return null
  const [job, second] = openJobsOf(deps, sold)
  if (job?.phase !== 'awaiting-delivery' || second) return null
  const { jobs, head } = deps.ledger.current()
  const known = jobs.get(job.id)
  if (known?.phase !== 'accepted' || !head) return null
  const framesOf = ({ range }: SoldRange): number => framesAsked({ ...terms.grid, range })
  const finished = ranges.flatMap((other) =>
    other.won ? [{ seconds: other.won.seconds, frames: framesOf(other) }] : [],
  )
  const { readyBy } = job.choice.bid
  const heard = deps.heardOf(job.id)
  const work = { acceptedAt: known.acceptedAt.time, readyBy, frames: framesOf(sold), heard }
  return isSlow(work, usualPace(finished), head.time) ? job : null
}

/** What a further offer of a range may cost: its share of the ceiling, or what is left of all; null where that is too little. */
function roomFor(
  deps: CreatorContext,
  split: SplitJobIn<'working'>,
  sold: SoldRange,
): MilliHbd | null {
  const left = leftOf(deps, split)
  const dearest = jobsOf(deps, sold).reduce((most, job) => {
    const price = 'choice' in job ? job.choice.bid.price : 0n
    return price > most ? price : most
  }, 0n)
  const room = left < sold.ceiling ? left : sold.ceiling
  return room > 0n && room >= dearest ? milliHbd(room) : null
}
