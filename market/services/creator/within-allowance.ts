import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd, milliHbd } from '#protocol/amount.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import { MarketError } from '../../errors.ts'
import type { CreatorDeps } from './creator-deps.ts'
import { dearest, feesAsked, mostCost } from './most-cost.ts'

/** What a node may spend on jobs that its owner has not asked this very node for. */
export type AwardAllowance = {
  /** Of one job, its arbiter among it. */
  readonly perJob: MilliHbd
  /** Of all that was posted in the last 24 hours, by whomever it was asked for. */
  readonly perDay: MilliHbd
}

const dayMs = 86_400_000

/**
 * The offer with a ceiling that leaves room for the dearest of its arbiters. Those who ask for more than half of what the job may
 * cost are left out, so that none is ever paid more than the work. Throws `arbiter-missing` where none is left, and `quota-exceeded`
 * where the last day's jobs leave no room for this one.
 */
export function withinAllowance(
  deps: Pick<CreatorDeps, 'ledger' | 'jobs' | 'clock'>,
  offer: JobOffer,
  { perJob, perDay }: AwardAllowance,
): JobOffer {
  const arbiters = offer.arbiters.filter(
    (arbiter) => 2n * dearest(feesAsked(deps, [arbiter])) <= perJob,
  )
  if (arbiters.length === 0)
    throw new MarketError(
      'arbiter-missing',
      `Every connected arbiter asks more than half of the ${formatHbd(perJob)} that this node may spend on a job by itself; raise --award-limit.`,
    )
  const room = milliHbd(perJob - dearest(feesAsked(deps, arbiters)))
  const ceiling = offer.ceiling < room ? offer.ceiling : room
  const bounded = { ...offer, arbiters, ceiling }
  const spent = spentInADay(deps)
  const needed = mostCost(deps, { offer: bounded })
  if (spent + needed > perDay)
    throw new MarketError(
      'quota-exceeded',
      `The job may cost ${formatHbd(needed)}, but jobs of the last day may cost ${formatHbd(spent)} of the ${formatHbd(perDay)} that this node may spend in a day by itself; wait, or raise --daily-award-limit.`,
    )
  return bounded
}

function spentInADay({ jobs, clock, ...deps }: Pick<CreatorDeps, 'ledger' | 'jobs' | 'clock'>) {
  return milliHbd(
    jobs
      .postedSince(clock.now() - dayMs)
      .filter(mayCost)
      .reduce((sum, job) => sum + mostCost(deps, job), 0n),
  )
}

/** Of a job that ended before any award no money ever left the purse. */
function mayCost({ phase, awards }: CreatorJob): boolean {
  return phase !== 'failed' || awards > 0
}
