import type { EncodingPhase } from '#protocol/encoding-job.ts'
import type { Lease, SchedulerRefusal } from '../ports/job-scheduler.ts'
import { isEnded } from './job-phases.ts'

/** What a lease is judged by. */
export type LeaseState = {
  readonly phase: EncodingPhase
  readonly assignedEncoderId: string | null
  readonly leaseExpiresAt: Date | null
  readonly fencingToken: number
}

/**
 * Why a holder's call must change nothing, or null where the lease holds. A lease runs until its last moment, not through it;
 * one that ran out is gone even while nobody else has the job.
 */
export function judgeLease(
  job: LeaseState | null,
  { encoder, fencingToken }: Pick<Lease, 'encoder' | 'fencingToken'>,
  now: Date,
): SchedulerRefusal | null {
  if (job === null) return 'not-found'
  if (isEnded(job.phase)) return 'ended'
  if (job.assignedEncoderId !== encoder) return 'not-holder'
  if (job.fencingToken !== fencingToken) return 'stale-token'
  if (job.leaseExpiresAt === null || job.leaseExpiresAt <= now) return 'lease-expired'
  return null
}
