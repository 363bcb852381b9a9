import { Stage } from '#protocol/progress.ts'
import { judgeLease } from '../../../domain/lease.ts'
import { overallProgress } from '../../../domain/stage-progress.ts'
import type {
  Lease,
  LeasedJob,
  ProgressReport,
  SchedulerOutcome,
} from '../../../ports/job-scheduler.ts'
import type { JobRow } from './job-row.ts'
import { leasedJobOf } from './job-row.ts'
import type { Queue } from './queue.ts'
import { milliseconds } from './queue.ts'

/** Whether the lease of a job by an encoder with a token holds for the row j. */
export function isHeldBy(job: string, encoder: string, token: string): string {
  return `
    j.id = ${job} and j.phase = 'leased' and j.assigned_encoder_id = ${encoder} and j.fencing_token = ${token}
    and j.lease_expires_at > now()`
}

/** Of {@link leaseValues}. */
export const isHeld = isHeldBy('$1', '$2', '$3')

export function leaseValues({ job, encoder, fencingToken }: Lease) {
  return [job, encoder, fencingToken]
}

/** Says why a holder's call has changed nothing. */
export async function refuse<Value>(
  pool: Queue['pool'],
  lease: Lease,
): Promise<SchedulerOutcome<Value>> {
  const { rows } = await pool.query<JobRow & { readonly now: Date }>(
    'select *, now() as now from encoding_jobs where id = $1',
    [lease.job],
  )
  const [row] = rows
  const state = row && {
    phase: row.phase,
    assignedEncoderId: row.assigned_encoder_id,
    leaseExpiresAt: row.lease_expires_at,
    fencingToken: Number(row.fencing_token),
  }
  const refusal = judgeLease(state ?? null, lease, row?.now ?? new Date(0))
  // A lease that holds now, and did not a moment ago, is none that anybody could have shown then.
  return { ok: false, refusal: refusal ?? 'lease-expired' }
}

const renewal = `lease_expires_at = now() + ${milliseconds('$4')}, updated_at = now()`

const renew = {
  name: 'renew-lease',
  text: `update encoding_jobs j set ${renewal} where ${isHeld} returning *`,
}

export function createRenewLease({ pool, options }: Queue) {
  return async (lease: Lease): Promise<SchedulerOutcome<LeasedJob>> => {
    const values = [...leaseValues(lease), options.leaseMs]
    const { rows } = await pool.query<JobRow>({ ...renew, values })
    return rows[0] ? { ok: true, value: leasedJobOf(rows[0]) } : refuse(pool, lease)
  }
}

const stages = `array[${Stage.options.map((stage) => `'${stage}'`).join(', ')}]`

/** Only a report that is ahead of the last one moves anything but the lease, and is an event. */
const report = {
  name: 'report-progress',
  text: `
    with held as (
      select j.id,
        (array_position(${stages}, $5::text), $6::int)
          > (coalesce(array_position(${stages}, j.current_stage), 0), j.stage_progress) as is_ahead
      from encoding_jobs j where ${isHeld} for update
    ),
    job as (
      update encoding_jobs j set ${renewal},
        current_stage = case when held.is_ahead then $5::text else j.current_stage end,
        stage_progress = case when held.is_ahead then $6::int else j.stage_progress end,
        progress = case when held.is_ahead then $7::int else j.progress end
      from held where j.id = held.id
      returning j.*, held.is_ahead
    ),
    event as (
      insert into job_events (job_id, type, phase, fields)
      select job.id, 'progress', job.phase, jsonb_strip_nulls(jsonb_build_object(
        'stage', job.current_stage, 'stageProgress', job.stage_progress, 'progress', job.progress, 'details', $8::text
      ))
      from job where job.is_ahead
    )
    select * from job`,
}

export function createReportProgress({ pool, options, announce }: Queue) {
  return async (
    lease: Lease,
    { stage, stageProgress, details }: ProgressReport,
  ): Promise<SchedulerOutcome<LeasedJob>> => {
    const { rows } = await pool.query<JobRow & { readonly is_ahead: boolean }>({
      ...report,
      values: [
        ...[...leaseValues(lease), options.leaseMs, stage, Math.floor(stageProgress)],
        ...[overallProgress(stage, stageProgress), details ?? null],
      ],
    })
    const [row] = rows
    if (!row) return refuse(pool, lease)
    if (row.is_ahead) announce()
    return { ok: true, value: leasedJobOf(row) }
  }
}
