import { reasonText } from '../../../domain/reason-text.ts'
import type { TierDecision, WaitingJob } from '../../../ports/job-plans.ts'
import type { EncodingJob } from '../../../ports/job-scheduler.ts'
import type { JobRow } from '../scheduler/job-row.ts'
import type { Queue } from '../scheduler/queue.ts'
import { milliseconds, newTurn, withEvent } from '../scheduler/queue.ts'
import { foundJson } from './plan-rows.ts'

/**
 * Whether the row j of $1 waits in the tier $2 since its lease $3, as it did when it was looked at. A tier is never come back to, and
 * each lease has its own token: so nothing has happened to the job in between.
 */
const waitsStill = `j.id = $1 and j.phase = 'queued' and j.tier = $2::text and j.fencing_token = $3`

/** What was found out about the tier it was in, $4, beside what is known of others. */
const learn = `
  learnt as (
    update job_plans p set reasons = p.reasons || jsonb_build_object($2::text, $4::jsonb), look_at = now()
    from job where p.job_id = job.id
  ),`

const found = "'reason', $4::jsonb -> 'reason', 'text', $4::jsonb ->> 'text'"

/** Only what is new is an event: another reason, or a job that is kept from now on. */
const consider = {
  name: 'consider-tier',
  text: withEvent("'considered'", {
    update: `
      update encoding_jobs j set next_retry_at = case when $6::boolean then j.expires_at else j.next_retry_at end
      from job_plans p
      where ${waitsStill} and p.job_id = j.id and (
        p.reasons -> $2::text is distinct from $4::jsonb or $6::boolean and j.next_retry_at is distinct from j.expires_at
      )`,
    after: `
      learnt as (
        update job_plans p set
          reasons = p.reasons || jsonb_build_object($2::text, $4::jsonb), look_at = now() + ${milliseconds('$5')},
          award_until = coalesce($7::timestamptz, p.award_until)
        from job where p.job_id = job.id
      ),`,
    fields: `jsonb_build_object('tier', job.tier, ${found})`,
  }),
}

const lookLater = {
  name: 'look-later',
  text: `
    update job_plans p set look_at = now() + ${milliseconds('$4')}
    from encoding_jobs j where ${waitsStill} and p.job_id = j.id
    returning p.job_id`,
}

const fall = {
  name: 'fall-from-tier',
  text: withEvent("'fell'", {
    update: `
      update encoding_jobs j set
        tier = $5::text, turn = ${newTurn('$5::text', 'j.owner')}, tier_entered_at = now(), attempts = 0,
        next_retry_at = null, updated_at = now()
      where ${waitsStill}`,
    after: learn,
    fields: `jsonb_build_object('from', $2::text, 'tier', job.tier, ${found})`,
  }),
}

const fail = {
  name: 'fail-unserved',
  text: withEvent("'failed'", {
    update: `
      update encoding_jobs j set
        phase = 'failed', last_error = $5, last_error_class = null, next_retry_at = null,
        finished_at = now(), updated_at = now()
      where ${waitsStill}`,
    after: learn,
    fields: `jsonb_build_object('tier', job.tier, 'error', job.last_error, ${found})`,
  }),
}

/** False where the job no longer waits as it did. */
export async function postpone(
  pool: Queue['pool'],
  { id, tier, fencingToken }: EncodingJob,
  lookAgainMs: number,
): Promise<boolean> {
  const later = { ...lookLater, values: [id, tier, fencingToken, lookAgainMs] }
  return ((await pool.query(later)).rowCount ?? 0) > 0
}

export function createDecide({ pool, announce }: Pick<Queue, 'pool' | 'announce'>) {
  return async ({ job }: WaitingJob, decision: TierDecision): Promise<boolean> => {
    const { tier } = job
    const shown = [job.id, tier, job.fencingToken, JSON.stringify(foundJson(tier, decision.reason))]
    if (decision.type === 'wait') {
      const { lookAgainMs, holds = false, awardUntil = null } = decision
      const news = { ...consider, values: [...shown, lookAgainMs, holds, awardUntil] }
      if (((await pool.query(news)).rowCount ?? 0) > 0) {
        announce()
        return true
      }
      return await postpone(pool, job, lookAgainMs)
    }
    const { rows } = await pool.query<JobRow>(
      decision.type === 'fall'
        ? { ...fall, values: [...shown, decision.to] }
        : { ...fail, values: [...shown, reasonText(tier, decision.reason)] },
    )
    if (rows.length > 0) announce()
    return rows.length > 0
  }
}
