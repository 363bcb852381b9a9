import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import { isOver } from '../../domain/creator-job.ts'
import type { SoldRange, WonRange } from '../../domain/split-job.ts'
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
