import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { EncoderKind, EncodingJobId, EncodingPhase } from '#protocol/encoding-job.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { Stage } from '#protocol/progress.ts'
import type { AttemptEnd } from '../../../domain/failure-class.ts'
import type { EncodingJob, EncodingResult, LeasedJob } from '../../../ports/job-scheduler.ts'

/** A row of `encoding_jobs` as the driver gives it: 64-bit integers come as text. */
export type JobRow = {
  readonly id: EncodingJobId
  readonly owner: HiveAccount
  readonly permlink: string
  readonly input_cid: Cid
  readonly is_short: boolean
  readonly duration_seconds: number | null
  readonly qualities: readonly string[]
  readonly tiers: readonly EncoderKind[]
  readonly tier: EncoderKind
  readonly budget: string | null
  readonly phase: EncodingPhase
  readonly assigned_at: Date | null
  readonly assigned_encoder_id: string | null
  readonly lease_expires_at: Date | null
  readonly fencing_token: string
  readonly attempts: number
  readonly max_attempts: number
  readonly failures: number
  readonly last_error: string | null
  readonly last_error_class: AttemptEnd | null
  readonly next_retry_at: Date | null
  readonly expires_at: Date
  readonly current_stage: Stage | null
  readonly stage_progress: number
  readonly progress: number
  readonly job_signature: string | null
  readonly webhook_url: string | null
  readonly webhook_secret: string | null
  readonly market_job: JobId | null
  readonly paid: string | null
  readonly output_cid: Cid | null
  readonly manifest_path: string | null
  readonly output_qualities: readonly string[] | null
  readonly processing_time_sec: number | null
  readonly output_size_bytes: string | null
  readonly created_at: Date
  readonly updated_at: Date
  readonly finished_at: Date | null
}

export function jobOf(row: JobRow): EncodingJob {
  // Who had a job before it went back into the queue has it no more.
  const isAssigned = row.phase !== 'queued'
  return {
    id: row.id,
    owner: row.owner,
    permlink: row.permlink,
    inputCid: row.input_cid,
    isShort: row.is_short,
    durationSeconds: row.duration_seconds,
    qualities: row.qualities,
    tiers: row.tiers,
    tier: row.tier,
    budget: amountOf(row.budget),
    phase: row.phase,
    assignedAt: isAssigned ? row.assigned_at : null,
    assignedEncoderId: isAssigned ? row.assigned_encoder_id : null,
    leaseExpiresAt: row.lease_expires_at,
    fencingToken: Number(row.fencing_token),
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    lastError: row.last_error,
    lastErrorClass: row.last_error_class,
    nextRetryAt: row.next_retry_at,
    expiresAt: row.expires_at,
    currentStage: row.current_stage,
    stageProgress: row.stage_progress,
    progress: row.progress,
    jobSignature: row.job_signature,
    webhookUrl: row.webhook_url,
    webhookSecret: row.webhook_secret,
    marketJob: row.market_job,
    paid: amountOf(row.paid),
    result: resultOf(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  }
}

/** The job of a row that a lease was just made or found good for. */
export function leasedJobOf(row: JobRow): LeasedJob {
  const job = jobOf(row)
  const { phase, assignedEncoderId, leaseExpiresAt } = job
  if (phase !== 'leased' || assignedEncoderId === null || leaseExpiresAt === null)
    throw new Error(`job ${job.id} is not leased`)
  return { ...job, phase, assignedEncoderId, leaseExpiresAt }
}

function amountOf(text: string | null): MilliHbd | null {
  return text === null ? null : milliHbd(BigInt(text))
}

function resultOf(row: JobRow): EncodingResult | null {
  if (row.output_cid === null) return null
  return {
    outputCid: row.output_cid,
    manifestPath: row.manifest_path ?? '',
    qualities: row.output_qualities ?? [],
    processingTimeSec: row.processing_time_sec ?? 0,
    outputSizeBytes: Number(row.output_size_bytes ?? 0),
  }
}
