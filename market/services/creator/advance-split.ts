import { milliHbd } from '#protocol/amount.ts'
import type { JobId } from '#protocol/ids.ts'
import type { SoldRange, SplitJob, SplitJobIn } from '../../domain/split-job.ts'
import { MarketError } from '../../errors.ts'
import { eachApart } from '../apart.ts'
import type { CreatorContext } from './creator-deps.ts'
import { failJob } from './fail-job.ts'
import { hedgeSlowRanges } from './hedge-range.ts'
import { saveSplit, storeRangeOffer, tryRangeOffer } from './offer-range.ts'
import {
  isAnyAtWork,
  isRoomFor,
  isUnbid,
  jobsOf,
  leftOf,
  offersOf,
  openJobsOf,
  triedBy,
  winOf,
} from './range-standing.ts'

/** Times that a range is given to somebody, hedges among them, before the whole is given up; or that nobody bids while none is at work. */
const mostOffers = 4

/**
 * Moves a split as far as its jobs allow: notes what is won, offers again what has failed or is slow, gives up where that was in vain,
 * and has the tree put together when every range is won. Like a job's, each step looks at what is true.
 */
export function createAdvanceSplit(deps: CreatorContext, startMerge: (id: JobId) => void) {
  const steps = [settleRanges, offerFailedAgain, hedgeSlowRanges]
  return (id: JobId): void => {
    // Each by itself: what cannot be offered again today, for want of an arbiter, does not keep from noting what is won.
    eachApart(steps, (step) =>
      deps.state.atomically(() => {
        const split = deps.splits.find(id)
        if (split?.phase === 'working') step(deps, split)
      }),
    )
    if (deps.splits.find(id)?.phase === 'merging') startMerge(id)
  }
}

/** Notes what is won. working -> merging when that is all of it, -> failed when a range came to nothing too often. */
function settleRanges(deps: CreatorContext, before: SplitJobIn<'working'>): void {
  const split = noteWins(deps, before)
  const failed = split.ranges.find((sold) => isGivenUp(deps, split, sold))
  if (failed) failSplit(deps, split, failed)
  else if (split.ranges.every(({ won }) => won !== null))
    saveSplit(deps, { ...split, phase: 'merging' })
}

function noteWins(deps: CreatorContext, split: SplitJobIn<'working'>): SplitJobIn<'working'> {
  let noted = split
  for (const [place, sold] of split.ranges.entries()) {
    const won = sold.won ? null : winOf(deps, sold)
    if (!won) continue
    noted = { ...noted, ranges: noted.ranges.with(place, { ...sold, won }) }
    const { encoder, paid, root, job: rangeJob } = won
    saveSplit(deps, noted, { type: 'range-won', ...sold.range, rangeJob, encoder, paid, root })
  }
  return noted
}

/** Nobody is at work on it, and it may not be offered again. Where nobody bids, others may be busy with the ranges beside it. */
function isGivenUp(deps: CreatorContext, split: SplitJob, sold: SoldRange): boolean {
  if (sold.won || openJobsOf(deps, sold).length > 0) return false
  const { tried, unbid } = offersOf(deps, sold)
  const isAllSpent =
    leftOf(deps, split) <= 0n && split.ranges.every((each) => openJobsOf(deps, each).length === 0)
  if (isAllSpent) return true
  return tried >= mostOffers || (unbid >= mostOffers && !isAnyAtWork(deps, split))
}

function failSplit(deps: CreatorContext, split: SplitJob, { range, jobs }: SoldRange): void {
  const last = deps.jobs.find(jobs.at(-1) ?? split.id)
  const reason = last?.phase === 'failed' ? last.message : 'Its work was not good.'
  const code = last?.phase === 'failed' ? last.code : 'encoder-failed'
  const { first, parts } = range
  const message = `Parts ${first} to ${first + parts - 1} were offered ${jobs.length} times in vain: ${reason}`
  deps.content.unpin(split.id)
  saveSplit(deps, { ...split, phase: 'failed', code, message }, { type: 'failed', code, message })
}

/** A range all of whose jobs have come to nothing is offered again, alone; not to those who have failed at it but the last time. */
function offerFailedAgain(deps: CreatorContext, split: SplitJobIn<'working'>): void {
  // Nothing is begun on a ledger that others contradict.
  if (!deps.ledger.isTrusted() || deps.readiness.obstacle() !== null) return
  let current = split
  for (const [place, sold] of split.ranges.entries()) {
    if (sold.won || openJobsOf(deps, sold).length > 0) continue
    const last = jobsOf(deps, sold).at(-1)
    const reason = last?.phase === 'failed' ? last.message : 'The work was not good.'
    const tried = triedBy(deps, sold.jobs)
    const isBusy = isUnbid(last) && isAnyAtWork(deps, current) && !isRoomFor(deps, split, tried)
    if (isBusy) continue
    const isLast = offersOf(deps, sold).tried + 1 >= mostOffers
    // A hedge may have had a part of its share meanwhile; what is bound elsewhere comes free when that is over.
    const left = leftOf(deps, current)
    if (left <= 0n) continue
    const ceiling = left < sold.ceiling ? milliHbd(left) : sold.ceiling
    const made = tryRangeOffer(deps, split, { ...sold, ceiling })
    if (!made) continue
    storeRangeOffer(deps, split, made, isLast ? [] : tried)
    const { job: rangeJob } = made.offer
    const again = { ...sold, jobs: [...sold.jobs, rangeJob] }
    current = { ...current, ranges: current.ranges.with(place, again) }
    const told = { type: 'range-offered', because: 'failed', reason } as const
    saveSplit(deps, current, { ...told, ...sold.range, rangeJob })
  }
}

/**
 * Withdraws the offers that nobody was awarded yet of ranges that are won, and of wholes that have failed. What was awarded goes on:
 * its encoder is at work, and is paid for what it delivers in time as if it were alone.
 */
export function withdrawUnneeded(deps: CreatorContext): void {
  for (const job of deps.jobs.unfinished()) {
    const { whole, grid } = job.offer
    if (whole === undefined || job.phase !== 'bidding') continue
    const split = deps.splits.find(whole)
    const sold = split?.ranges.find(({ range }) => range.first === grid.range?.first)
    if (split?.phase === 'working' && !sold?.won) continue
    deps.state.atomically(() =>
      failJob(deps, job, 'cancelled', 'This range is not needed any more.'),
    )
  }
}

/** merging -> failed where the ranges do not make one video, which trying again does not change. */
export function noteMergeFailure(deps: CreatorContext, id: JobId, error: unknown): void {
  if (!(error instanceof MarketError) || error.code !== 'ranges-differ') return
  const { code, message } = error
  deps.state.atomically(() => {
    const split = deps.splits.find(id)
    if (split?.phase !== 'merging') return
    deps.content.unpin(id)
    saveSplit(deps, { ...split, phase: 'failed', code, message }, { type: 'failed', code, message })
  })
}

/** Everything that a finished split has come to. */
export function finishSplit(
  deps: CreatorContext,
  split: SplitJobIn<'merging'>,
  tree: Pick<SplitJobIn<'done'>, 'root' | 'manifest'>,
): void {
  const doneAt = deps.clock.now()
  const won = split.ranges.flatMap((sold) => sold.won ?? [])
  saveSplit(
    deps,
    { ...split, phase: 'done', ...tree, doneAt },
    {
      type: 'merged',
      root: tree.root,
      ranges: won.length,
      encoders: new Set(won.map(({ encoder }) => encoder)).size,
      paid: milliHbd(won.reduce((sum, { paid }) => sum + paid, 0n)),
      milliseconds: doneAt - split.postedAt,
    },
  )
}
