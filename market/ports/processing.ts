import type { JobDeliver } from '#protocol/delivery.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Progress } from '#protocol/progress.ts'
import type { CheckResult } from '../domain/creator-job.ts'
import type { SplitJob } from '../domain/split-job.ts'

export type WorkProgress = Pick<Progress, 'stage' | 'percent' | 'speed' | 'etaSeconds' | 'preview'>

/** What can be played of a job here, whether it is whole or still growing. */
export interface JobTrees {
  /** From now on the job's tree is this one, whose blocks are here. */
  show(job: JobId, root: Cid): void
}

/** Fetches a job's source, encodes it and keeps the tree; what a crash leaves is used again. */
export interface JobProcessor {
  /** Brings the source here ahead of the work. Idempotent. */
  prefetch(offer: JobOffer, creator: HiveAccount, signal: AbortSignal): Promise<void>
  /** Resolves to the delivery, ready to be signed. Rejects with a MarketError when the job cannot be done here. */
  process(
    offer: JobOffer,
    creator: HiveAccount,
    options: {
      readonly signal: AbortSignal
      readonly onProgress: (progress: WorkProgress) => void
    },
  ): Promise<JobDeliver>
  /** Lets go of what the job kept here. */
  release(job: JobId): void
}

/** Where the tree of a range is, and who has it if it is not here. */
export type RangeTree = {
  readonly root: Cid
  readonly manifest: Cid
  readonly encoder: HiveAccount
}

/** Makes one tree of those of a video's ranges. */
export interface RangeMerger {
  /**
   * Puts the whole together from its ranges' segments, which are named and not moved, adds what goes with the whole, and keeps it.
   * Resolves to what one encoder of the class would have delivered. Idempotent.
   * Rejects with `ranges-differ` where the ranges are not those of these terms and this class.
   */
  merge(
    whole: Pick<SplitJob, 'id' | 'terms' | 'class'>,
    ranges: readonly RangeTree[],
    options: { readonly signal: AbortSignal },
  ): Promise<Pick<RangeTree, 'root' | 'manifest'>>
}

export type CheckProgress = Pick<Extract<JobEvent, { type: 'check-progress' }>, 'stage' | 'percent'>

/** Fetches a delivered tree and checks it: structure of everything, then a re-encode of the leaves that the chain draws. */
export interface DeliveryChecker {
  /**
   * Resolves to a verdict; a tree that cannot be had is a `fail`.
   * Rejects only when the check itself could not be made, so that nobody is accused by a failure here.
   */
  check(
    job: JobId,
    salt: string,
    options: {
      readonly signal: AbortSignal
      readonly onProgress: (progress: CheckProgress) => void
    },
  ): Promise<CheckResult>
}
