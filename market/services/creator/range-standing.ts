import { classOf } from '#protocol/encoder.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import { isOver } from '../../domain/creator-job.ts'
import type { SoldRange, SplitJob, WonRange } from '../../domain/split-job.ts'
import type { CreatorDeps } from './creator-deps.ts'

type StandingDeps = Pick<CreatorDeps, 'jobs' | 'ledger'>

/** The jobs of a range that this node has, the oldest first. */
export function jobsOf({ jobs }: StandingDeps, sold: SoldRange): readonly CreatorJob[] {
  return sold.jobs.map((id) => jobs.find(id)).filter((job) => job !== null)
}

/** Those of them that may still bring the range. */
export function openJobsOf(deps: StandingDeps, sold: SoldRange): readonly CreatorJob[] {
  return jobsOf(deps, sold).filter((job) => !isOver(job))
}

/** How often a range was offered and got somebody, or may still; and how often nobody bid for it. */
export function offersOf(
  deps: StandingDeps,
  sold: SoldRange,
): { readonly tried: number; readonly unbid: number } {
  const unbid = jobsOf(deps, sold).filter(isUnbid).length
  return { tried: sold.jobs.length - unbid, unbid }
}

/** True for a job that came to nothing because nobody bid for it who could win. */
export function isUnbid(job: CreatorJob | undefined): boolean {
  return job?.phase === 'failed' && job.code === 'no-bids'
}

/** True while somebody is at work on a range of the whole, or is to begin. */
export function isAnyAtWork(deps: StandingDeps, { ranges }: Pick<SplitJob, 'ranges'>): boolean {
  return ranges.some((sold) => openJobsOf(deps, sold).some((job) => 'choice' in job))
}

/** True while an encoder that can have a range is connected and does not say that it has no room. */
export function isRoomFor(
  deps: StandingDeps & Pick<CreatorDeps, 'network'>,
  split: Pick<SplitJob, 'class' | 'terms'>,
  tried: readonly HiveAccount[],
): boolean {
  return [...deps.ledger.current().nodes.values()].some(
    ({ account, phase, encoder }) =>
      phase === 'active' &&
      encoder !== undefined &&
      classOf(encoder, split.terms.recipe) === split.class &&
      !tried.includes(account) &&
      deps.network.isConnected(account) &&
      deps.network.freeSlots(account) !== 0,
  )
}

/** What of the ceiling of the whole is left beside what its jobs cost, or may still cost; below zero for none. */
export function leftOf(
  deps: StandingDeps,
  { ceiling, ranges }: Pick<SplitJob, 'ceiling' | 'ranges'>,
): bigint {
  const jobs = ranges.flatMap((sold) => jobsOf(deps, sold))
  return ceiling - jobs.reduce((sum, job) => sum + boundFor(job), 0n)
}

/** What a job costs, or may still cost, its encoder's side. */
function boundFor(job: CreatorJob): bigint {
  if (job.phase === 'failed') return 0n
  return 'choice' in job ? job.choice.bid.price : job.offer.ceiling
}

/** What the first good delivery among the jobs of a range has come to; null while there is none. */
export function winOf(deps: StandingDeps, sold: SoldRange): WonRange | null {
  const wins = jobsOf(deps, sold).flatMap((job) => winOfJob(deps, job) ?? [])
  return wins[0] ?? null
}

/**
 * A job that was paid, and not only in part. Where this node had no finding of its own, or was overruled, the arbiter has seen the
 * work, and the money it let go is its word that it is good.
 */
function winOfJob({ ledger }: StandingDeps, job: CreatorJob): WonRange | null {
  const known = ledger.current().jobs.get(job.id)
  if (job.phase !== 'paid' || known?.phase !== 'settled') return null
  const { delivered, toCreator, toEncoder, acceptedAt, award } = known
  if (!delivered || toCreator > 0n) return null
  const { root, manifest } = delivered.operation
  const seconds = delivered.at.time - acceptedAt.time
  return { job: job.id, encoder: award.encoder, root, manifest, paid: toEncoder, seconds }
}

/** Who has been awarded a range so far, and need not be asked for it again. */
export function triedBy({ ledger }: StandingDeps, jobs: readonly JobId[]): readonly HiveAccount[] {
  const found = jobs.flatMap((id) => {
    const known = ledger.current().jobs.get(id)
    return known && 'award' in known ? [known.award.encoder] : []
  })
  return [...new Set(found)]
}
