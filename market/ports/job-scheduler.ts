import type { MilliHbd } from '#protocol/amount.ts'
import type {
  EncoderKind,
  EncodingEventType,
  EncodingJobId,
  EncodingPhase,
  FailureClass,
} from '#protocol/encoding-job.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { Stage } from '#protocol/progress.ts'
import type { AuditDeed } from '../domain/audit-entry.ts'
import type { TierWaits } from '../domain/tier-plan.ts'

/** What an owner asks for. */
export type NewEncodingJob = {
  /** The caller's choice: the same submission sent again is the same job. */
  readonly id: EncodingJobId
  readonly owner: HiveAccount
  readonly permlink: string
  readonly inputCid: Cid
  /** Null where nobody has looked yet: then no browser takes it. */
  readonly durationSeconds: number | null
  /** Names of renditions, as `720p`. */
  readonly qualities: readonly string[]
  /** Kinds that may take it, the owner's favourite first; those that cannot are left out (see `market/domain/routing.ts`). */
  readonly tiers: readonly EncoderKind[]
  /** The most that the community is paid; null keeps the job from it. */
  readonly budget: MilliHbd | null
  /** How long it waits in its tiers; absent: as long as usual. */
  readonly waits?: TierWaits
  readonly maxAttempts?: number
  /** Absent: the scheduler's own patience. */
  readonly expiresAt?: Date
  readonly jobSignature?: string
  readonly webhookUrl?: string
  /** Sealed for the owner. */
  readonly webhookSecret?: string
}

/** What became of the input. */
export type EncodingResult = {
  readonly outputCid: Cid
  readonly manifestPath: string
  readonly qualities: readonly string[]
  readonly processingTimeSec: number
  readonly outputSizeBytes: number
}

/** A job of the queue; fields that no phase has yet are null. */
export type EncodingJob = {
  readonly id: EncodingJobId
  readonly owner: HiveAccount
  readonly permlink: string
  readonly inputCid: Cid
  readonly isShort: boolean
  readonly durationSeconds: number | null
  readonly qualities: readonly string[]
  readonly tiers: readonly EncoderKind[]
  /** The kind that may take it now, or that has it. */
  readonly tier: EncoderKind
  readonly budget: MilliHbd | null
  readonly phase: EncodingPhase
  readonly assignedAt: Date | null
  /** Who has it, or who finished it. */
  readonly assignedEncoderId: string | null
  readonly leaseExpiresAt: Date | null
  readonly fencingToken: number
  /** Attempts of this tier that failed and counted. */
  readonly attempts: number
  readonly maxAttempts: number
  readonly lastError: string | null
  readonly lastErrorClass: FailureClass | 'lease-lost' | null
  /** Nobody gets it before; null where it may be claimed at once. */
  readonly nextRetryAt: Date | null
  readonly expiresAt: Date
  readonly currentStage: Stage | null
  /** 0 to 100. */
  readonly stageProgress: number
  /** 0 to 100 over all stages; never falls within a lease. */
  readonly progress: number
  readonly jobSignature: string | null
  readonly webhookUrl: string | null
  /** Sealed for the owner; opened only to sign, to verify, and for the owner itself. */
  readonly webhookSecret: string | null
  readonly marketJob: JobId | null
  /** What the encoder had for it by the chain; null where it had nothing, or nothing yet. */
  readonly paid: MilliHbd | null
  readonly result: EncodingResult | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly finishedAt: Date | null
}

/** Who claims: its id in the encoder directory, and whose it is. */
export type ClaimingEncoder = { readonly id: string; readonly owner: HiveAccount }

/** What a holder shows with every later call. */
export type Lease = {
  readonly job: EncodingJobId
  readonly encoder: string
  /** Grows with every lease of a job: an older one is of somebody whose lease is gone. */
  readonly fencingToken: number
}

export type LeasedJob = EncodingJob & {
  readonly phase: 'leased'
  readonly assignedEncoderId: string
  readonly leaseExpiresAt: Date
}

/** Why a call changed nothing. */
export type SchedulerRefusal =
  | 'not-found'
  /** Somebody else had the job last, or nobody has had it yet. */
  | 'not-holder'
  /** It was the caller's until its lease ran out, or until the caller gave it back. */
  | 'lease-expired'
  /** The caller holds the job, by a later lease than the one it shows. */
  | 'stale-token'
  /** The job has ended, otherwise than the call asks. */
  | 'ended'
  /** No kind of encoder that its owner names may take it. */
  | 'no-tier'
  /** The id belongs to another submission. */
  | 'id-taken'

export type SchedulerOutcome<Value = EncodingJob> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: SchedulerRefusal }

export type ProgressReport = {
  readonly stage: Stage
  /** 0 to 100, of this stage. */
  readonly stageProgress: number
  readonly details?: string
}

export type EncodingFailure = { readonly class: FailureClass; readonly message: string }

/** A place in a list, between two jobs. */
type JobCursor = { readonly createdAt: Date; readonly id: EncodingJobId }

export type JobQuery = {
  readonly phase?: EncodingPhase
  readonly owner?: HiveAccount
  readonly encoder?: string
  readonly tier?: EncoderKind
  /** Jobs after this one only; absent: from the newest. */
  readonly after?: JobCursor
  readonly limit: number
}

export type JobPage = {
  /** Newest first. */
  readonly jobs: readonly EncodingJob[]
  /** Where the next page begins; null after the last. */
  readonly next: JobCursor | null
}

export type EncodingEvent = {
  /** Grows with each event of a job, and over all jobs as {@link JobScheduler.allEventsAfter} gives them. */
  readonly sequence: number
  readonly job: EncodingJobId
  readonly owner: HiveAccount
  readonly type: EncodingEventType
  /** The phase after it. */
  readonly phase: EncodingPhase
  /** What else there is to know, by type. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly at: Date
}

export type QueueStats = {
  /** Jobs that wait or are worked on, by tier. */
  readonly tiers: Readonly<
    Record<
      EncoderKind,
      {
        /** Claimable now. */
        readonly queued: number
        /** Waiting for their next attempt. */
        readonly resting: number
        readonly leased: number
        /** Seconds since the oldest claimable job was submitted; null where there is none. */
        readonly oldestQueuedSeconds: number | null
      }
    >
  >
  /** Leases that ran out within the last hour. */
  readonly leasesLostLastHour: number
}

/** What a sweep found to do, in jobs. */
export type SweepReport = {
  readonly leasesLost: number
  readonly expired: number
  /** Rested enough: claimable again. */
  readonly woken: number
  /** Waited too long in their tier: claimable by the next. */
  readonly fallen: number
  /** Ended long ago: forgotten with their events. */
  readonly removed: number
}

/**
 * The queue of encoding jobs. Every call is atomic and leaves a job in one phase, with exactly one event for each change;
 * a refused call changes nothing. Time is the store's own, so that several processes agree about it.
 *
 *   queued -> leased -> completed
 *     ^ |        |
 *     | |        +-> queued (released, retried, lease lost) | failed
 *     '-+-> queued (in the next tier)
 *   queued | leased -> cancelled | expired
 *
 * A job that is offered on the chain moves as the chain says besides: see {@link MarketJobStore}.
 */
export interface JobScheduler {
  /**
   * Puts a job into the queue, and notes the deed with it. The same id with the same owner and input answers with the job as it is
   * by now, and notes nothing.
   */
  submit(job: NewEncodingJob, deed?: AuditDeed): Promise<SchedulerOutcome>
  find(id: EncodingJobId): Promise<EncodingJob | null>
  list(query: JobQuery): Promise<JobPage>

  /**
   * Leases the job whose turn it is, or resolves to null. Agents and browsers get jobs of their own owner only; among the
   * community, owners take turns, however many jobs each has waiting. Two callers never get the same job.
   */
  claimJob(encoder: ClaimingEncoder, kinds: readonly EncoderKind[]): Promise<LeasedJob | null>
  renewLease(lease: Lease): Promise<SchedulerOutcome<LeasedJob>>
  /** Renews the lease too. A report from behind the last one renews and changes nothing else. */
  reportProgress(lease: Lease, report: ProgressReport): Promise<SchedulerOutcome<LeasedJob>>
  /** Gives a job back unharmed; costs no attempt. */
  releaseJob(lease: Lease, reason: string): Promise<SchedulerOutcome>
  /** Repeated by the same holder with the same result it answers as the first time. */
  completeJob(lease: Lease, result: EncodingResult): Promise<SchedulerOutcome>
  /** What follows, by class, is in `market/domain/failure-class.ts`: another attempt, the next tier, or the end. */
  failJob(lease: Lease, failure: EncodingFailure): Promise<SchedulerOutcome>

  /**
   * Ends a job, whoever has it, and notes the deed with it. A second time it answers with the job as it is, and notes nothing. Who may
   * ask is the caller's to know.
   */
  cancel(job: EncodingJobId, reason: string, deed?: AuditDeed): Promise<SchedulerOutcome>
  /** Notes the id under which the job was offered on the chain; once noted, another is refused as `id-taken`. */
  noteMarketJob(job: EncodingJobId, marketJob: JobId): Promise<SchedulerOutcome>

  /** Does what time asks for; safe to run anywhere, at once, at any rate. */
  sweep(): Promise<SweepReport>
  getQueueDepth(): Promise<QueueStats>

  /** Events of a job with a greater sequence, oldest first. */
  eventsAfter(
    job: EncodingJobId,
    sequence: number,
    limit: number,
  ): Promise<readonly EncodingEvent[]>
  /**
   * Events of all jobs with a greater sequence, oldest first. None is passed over: an event that may yet get a smaller
   * sequence holds back those after it until it is known.
   */
  allEventsAfter(sequence: number, limit: number): Promise<readonly EncodingEvent[]>
  /** Sequence of the newest event there is; 0 before the first. */
  newestEvent(): Promise<number>
  /**
   * Calls when there may be new events, made by any process: once at first, after each interruption, every few seconds,
   * and at once where it can be known. Runs until the signal, whatever becomes of its connection.
   */
  watch(onEvents: () => void, signal: AbortSignal): Promise<void>
}
