import { deedsOf } from '#contracts/deeds.ts'
import type { Job } from '#contracts/job.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { Table } from '#contracts/table.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'

/** The jobs of a ledger in order, and by who is in them. */
export type JobIndex = {
  /** The newest offer first; those of one block by their names, backwards. */
  newest(): readonly Job[]
  /** Jobs that an account made, has been awarded, or that say something of it; in no order. */
  of(account: HiveAccount): readonly Job[]
}

/** Follows a ledger that only grows: each question first takes in what was changed since the one before. */
export function createJobIndex(ledger: () => Pick<Ledger, 'jobs'>): JobIndex {
  let seen: Table<JobId, Job> = Table.from(new Map())
  let order: JobId[] = []
  const known = new Map<JobId, Job>()
  const parties = new Map<HiveAccount, Set<JobId>>()

  const catchUp = (): void => {
    const jobs = Table.from(ledger().jobs)
    if (jobs === seen) return
    let isMore = false
    for (const id of jobs.changedSince(seen)) {
      const job = jobs.get(id)
      if (!job) continue
      if (!known.has(id)) {
        order.push(id)
        isMore = true
      }
      known.set(id, job)
      for (const account of partiesOf(job)) {
        const ids = parties.get(account) ?? new Set()
        parties.set(account, ids.add(id))
      }
    }
    if (isMore) order = order.sort((left, right) => newestFirst(at(left), at(right)))
    seen = jobs
  }
  const at = (id: JobId): Job => {
    const job = known.get(id)
    if (!job) throw new Error(`job ${id} is in the order and not in the index`)
    return job
  }
  return {
    newest: () => {
      catchUp()
      return order.map(at)
    },
    of: (account) => {
      catchUp()
      return [...(parties.get(account) ?? [])].map(at)
    },
  }
}

export function newestFirst(left: Job, right: Job): number {
  const difference = right.offeredAt.height - left.offeredAt.height
  if (difference !== 0) return difference
  return left.id < right.id ? 1 : -1
}

function partiesOf(job: Job): ReadonlySet<HiveAccount> {
  const parties = new Set([job.creator, ...deedsOf(job).map(({ account }) => account)])
  return 'award' in job ? parties.add(job.award.encoder).add(job.award.arbiter) : parties
}
