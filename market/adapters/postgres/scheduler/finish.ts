import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { AuditDeed } from '../../../domain/audit-entry.ts'
import { afterFailure } from '../../../domain/failure-class.ts'
import { jitteredDelay } from '../../../domain/retry.ts'
import type { EncodingFailure, Lease, SchedulerOutcome } from '../../../ports/job-scheduler.ts'
import { isHeld, leaseValues, refuse } from './hold.ts'
import { inTransaction } from './in-transaction.ts'
import type { JobRow } from './job-row.ts'
import { jobOf } from './job-row.ts'
import type { Queue } from './queue.ts'
import { milliseconds, newTurn, turnAgain, withEvent } from './queue.ts'
import { findJob, findRow } from './submit.ts'

const release = {
  name: 'release-job',
  text: withEvent("'released'", {
    update: `
      update encoding_jobs j set phase = 'queued', lease_expires_at = null, updated_at = now(), turn = ${turnAgain('j')}
      where ${isHeld}`,
    fields: "jsonb_build_object('encoder', job.assigned_encoder_id, 'reason', $4::text)",
  }),
}

export function createReleaseJob({ pool, announce }: Queue) {
  return async (lease: Lease, reason: string): Promise<SchedulerOutcome> => {
    const values = [...leaseValues(lease), reason]
    const { rows } = await pool.query<JobRow>({ ...release, values })
    if (!rows[0]) return refuse(pool, lease)
    announce()
    return { ok: true, value: jobOf(rows[0]) }
  }
}

/** The job if this very lease was its last. */
export async function findEnded(pool: Queue['pool'], { job, encoder, fencingToken }: Lease) {
  const known = await findJob(pool, job)
  const isLast = known?.assignedEncoderId === encoder && known.fencingToken === fencingToken
  return known && isLast ? known : null
}

/** What follows was decided from the row as it is under this lease; while the lease holds, nobody else changes it. */
const fail = {
  name: 'fail-job',
  text: withEvent("case when job.phase = 'failed' then 'failed' else 'retried' end", {
    update: `
      update encoding_jobs j set
        phase = $4::text, attempts = $6, failures = j.failures + 1, last_error_class = $7, last_error = $8,
        lease_expires_at = null, updated_at = now(),
        finished_at = case when $4::text = 'failed' then now() end,
        next_retry_at = now() + ${milliseconds('$9')},
        tier_entered_at = case when $5::text = j.tier then j.tier_entered_at else now() end,
        turn = case when $5::text = j.tier then ${turnAgain('j')} else ${newTurn('$5::text', 'j.owner')} end,
        tier = $5::text
      where ${isHeld}`,
    fields: `jsonb_build_object(
      'encoder', job.assigned_encoder_id, 'class', job.last_error_class, 'error', job.last_error, 'tier', job.tier,
      'attempts', job.attempts, 'nextRetryAt', job.next_retry_at
    )`,
  }),
}

export function createFailJob({ pool, random, announce }: Queue) {
  return async (lease: Lease, failure: EncodingFailure): Promise<SchedulerOutcome> => {
    const before = await findRow(pool, lease.job)
    if (before === null) return { ok: false, refusal: 'not-found' }
    const { phase, tier, attempts, rests } = afterFailure(
      { ...before, maxAttempts: before.max_attempts },
      failure.class,
    )
    const restMs = rests ? jitteredDelay(before.failures + 1, random()) : null
    const { rows } = await pool.query<JobRow>({
      ...fail,
      values: [
        ...[...leaseValues(lease), phase, tier, attempts],
        ...[failure.class, failure.message, restMs],
      ],
    })
    if (rows[0]) {
      announce()
      return { ok: true, value: jobOf(rows[0]) }
    }
    const known = await findEnded(pool, lease)
    const isSame = known?.phase === 'failed' && known.lastErrorClass === failure.class
    return isSame ? { ok: true, value: known } : refuse(pool, lease)
  }
}

const cancelJob = withEvent("'cancelled'", {
  update: `
    update encoding_jobs j set
      phase = 'cancelled', lease_expires_at = null, next_retry_at = null, finished_at = now(), updated_at = now()
    where j.id = $1 and j.phase in ('queued', 'leased')`,
  fields: "jsonb_build_object('reason', $2::text)",
})

export function createCancel({ pool, announce }: Queue) {
  return async (id: EncodingJobId, reason: string, deed?: AuditDeed): Promise<SchedulerOutcome> => {
    const row = await inTransaction(
      pool,
      async (client) => (await client.query<JobRow>(cancelJob, [id, reason])).rows[0],
      deed,
    )
    if (row) {
      announce()
      return { ok: true, value: jobOf(row) }
    }
    const known = await findJob(pool, id)
    if (known === null) return { ok: false, refusal: 'not-found' }
    return known.phase === 'cancelled'
      ? { ok: true, value: known }
      : { ok: false, refusal: 'ended' }
  }
}
