import type { Pool } from 'pg'
import type { WaitingJob } from '../../../ports/job-plans.ts'
import type { JobRow } from '../scheduler/job-row.ts'
import { jobOf } from '../scheduler/job-row.ts'
import type { PlanRow } from './plan-rows.ts'
import { planOf } from './plan-rows.ts'

/** Jobs that somebody has are looked at again soon, as they may come back; those that have ended never. */
const putOff = `
  update job_plans p set look_at = case when j.phase = 'leased' then now() + interval '2 seconds' end
  from encoding_jobs j
  where j.id = p.job_id and p.look_at <= now() and j.phase <> 'queued'`

/** The row that waits since it was last changed: when it came into its tier, or came back from an encoder. */
const due = `
  select j.*, p.steps, p.signature_wait_seconds, p.reasons, p.award_until,
    extract(epoch from now() - j.updated_at)::float8 * 1000 as waited_ms
  from job_plans p join encoding_jobs j on j.id = p.job_id
  where p.look_at <= now() and j.phase = 'queued'
  order by p.look_at limit $1`

export function createDue(pool: Pool) {
  return async (limit: number): Promise<readonly WaitingJob[]> => {
    await pool.query(putOff)
    const { rows } = await pool.query<JobRow & PlanRow & { readonly waited_ms: number }>(due, [
      limit,
    ])
    return rows.map((row) => ({ job: jobOf(row), plan: planOf(row), waitedMs: row.waited_ms }))
  }
}
