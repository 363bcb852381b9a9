import type { PoolClient } from 'pg'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { JobId } from '#protocol/ids.ts'
import type { AuditDeed } from '../../../domain/audit-entry.ts'
import { isShort, routeJob } from '../../../domain/routing.ts'
import { planTiers, usualWaits } from '../../../domain/tier-plan.ts'
import type { EncodingJob, NewEncodingJob, SchedulerOutcome } from '../../../ports/job-scheduler.ts'
import { skippedJson, stepsJson } from '../orchestration/plan-rows.ts'
import { inTransaction } from './in-transaction.ts'
import type { JobRow } from './job-row.ts'
import { jobOf } from './job-row.ts'
import type { Queue } from './queue.ts'
import { milliseconds, newTurn, withEvent } from './queue.ts'

/** One at a time for each owner, so that each of its jobs has a round of its own. */
const lockOwner = 'select pg_advisory_xact_lock(hashtextextended($1, 0))'

const insertJob = withEvent("'submitted'", {
  update: `
    insert into encoding_jobs as j (
      id, owner, permlink, input_cid, is_short, duration_seconds, qualities, tiers, tier, budget, turn,
      max_attempts, expires_at, job_signature, webhook_url, webhook_secret
    ) values (
      $1, $2::varchar, $3, $4, $5, $6, $7, $8, $9::text, $10, ${newTurn('$9::text', '$2::varchar')},
      $11, coalesce($12, now() + ${milliseconds('$13')}), $14, $15, $16
    ) on conflict (id) do nothing`,
  after: `
    planned as (
      insert into job_plans (job_id, steps, signature_wait_seconds, reasons)
      select job.id, $17::jsonb, $18::int, $19::jsonb from job
    ),`,
  fields: "jsonb_build_object('tier', job.tier, 'tiers', job.tiers, 'skipped', $19::jsonb)",
})

export function createSubmit({ pool, options, announce }: Queue) {
  const insert = (tiers: readonly string[], job: NewEncodingJob) => async (client: PoolClient) => {
    const { waits = usualWaits } = job
    const steps = planTiers(job)
    await client.query(lockOwner, [job.owner])
    const { rows } = await client.query<JobRow>(insertJob, [
      ...[job.id, job.owner, job.permlink, job.inputCid],
      ...[isShort(job.durationSeconds), job.durationSeconds, job.qualities],
      ...[tiers, tiers[0], job.budget?.toString() ?? null],
      ...[job.maxAttempts ?? options.maxAttempts, job.expiresAt ?? null, options.jobExpiresMs],
      ...[job.jobSignature ?? null, job.webhookUrl ?? null, job.webhookSecret ?? null],
      ...[stepsJson(steps), waits.signatureWaitSeconds, skippedJson(steps)],
    ])
    return rows[0]
  }
  return async (job: NewEncodingJob, deed?: AuditDeed): Promise<SchedulerOutcome> => {
    const tiers = routeJob(job)
    if (tiers.length === 0) return { ok: false, refusal: 'no-tier' }
    const row = await inTransaction(pool, insert(tiers, job), deed)
    if (row !== null) {
      announce()
      return { ok: true, value: jobOf(row) }
    }
    const known = await findJob(pool, job.id)
    const isSame = known?.owner === job.owner && known.inputCid === job.inputCid
    return known && isSame ? { ok: true, value: known } : { ok: false, refusal: 'id-taken' }
  }
}

export async function findJob(pool: Queue['pool'], id: EncodingJobId): Promise<EncodingJob | null> {
  const row = await findRow(pool, id)
  return row && jobOf(row)
}

export async function findRow(pool: Queue['pool'], id: EncodingJobId): Promise<JobRow | null> {
  const { rows } = await pool.query<JobRow>('select * from encoding_jobs where id = $1', [id])
  return rows[0] ?? null
}

const noteOffer = withEvent("'offered'", {
  update: `
    update encoding_jobs j set market_job = $2, updated_at = now()
    where j.id = $1 and j.market_job is null and j.phase in ('queued', 'leased')`,
  fields: "jsonb_build_object('marketJob', job.market_job)",
})

export function createNoteMarketJob({ pool, announce }: Queue) {
  return async (id: EncodingJobId, marketJob: JobId): Promise<SchedulerOutcome> => {
    const { rows } = await pool.query<JobRow>(noteOffer, [id, marketJob])
    const [row] = rows
    if (row) {
      announce()
      return { ok: true, value: jobOf(row) }
    }
    const known = await findJob(pool, id)
    if (known === null) return { ok: false, refusal: 'not-found' }
    if (known.marketJob === marketJob) return { ok: true, value: known }
    return { ok: false, refusal: known.marketJob === null ? 'ended' : 'id-taken' }
  }
}
