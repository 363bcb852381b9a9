import type { JobDeliver } from '#protocol/delivery.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Progress } from '#protocol/progress.ts'
import type { CheckResult } from '../domain/creator-job.ts'

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
