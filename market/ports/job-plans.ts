import type { EncoderKind, EncodingJobId } from '#protocol/encoding-job.ts'
import type { TierReason } from '#protocol/tier-reason.ts'
import type { PlannedTier } from '../domain/tier-plan.ts'
import type { EncodingJob } from './job-scheduler.ts'

/** Why each tier of a job is as it is, with the words for it. */
type TierReasons = Partial<
  Readonly<Record<EncoderKind, { readonly reason: TierReason; readonly text: string }>>
>

/** How a job was to go on from tier to tier, and what was found out on the way. */
export type JobPlan = {
  readonly steps: readonly PlannedTier[]
  /** How long the owner's signature is waited for. */
  readonly signatureWaitSeconds: number
  readonly reasons: TierReasons
  /** Until when an award that the owner was asked to sign can reach the chain; null where none was asked for. */
  readonly awardUntil: Date | null
}

/** A job that waits in a tier, as it was when it was looked at. */
export type WaitingJob = {
  readonly job: EncodingJob
  readonly plan: JobPlan
  /** Milliseconds since it came to wait: into the tier, or back from an encoder. */
  readonly waitedMs: number
}

/** What to do about a waiting job. */
export type TierDecision =
  | {
      readonly type: 'wait'
      readonly reason: TierReason
      /** When to look again. */
      readonly lookAgainMs: number
      /**
       * Keeps the job from being claimed: what the chain decides about, nobody takes besides. Ends with the tier, or when the job
       * comes back from an encoder.
       */
      readonly holds?: boolean
      /** Until when the award that the reason asks for can reach the chain. */
      readonly awardUntil?: Date
    }
  | { readonly type: 'fall'; readonly to: EncoderKind; readonly reason: TierReason }
  /** No tier is left. */
  | { readonly type: 'fail'; readonly reason: TierReason }

/**
 * Plans of jobs, and the decisions about those that wait. Each decision is one transition with its event, and is carried out only
 * while the job still waits as it did when it was looked at: of two that decide at once, or of one that is late, nothing remains.
 */
export interface JobPlans {
  find(job: EncodingJobId): Promise<JobPlan | null>
  /** Waiting jobs whose next look is due, the longest due first. */
  due(limit: number): Promise<readonly WaitingJob[]>
  /** False where the job no longer is as it was. A reason that was there already is no event. */
  decide(waiting: WaitingJob, decision: TierDecision): Promise<boolean>
  /** Looks again later, for want of something to decide by. */
  postpone(waiting: WaitingJob, lookAgainMs: number): Promise<void>
}
