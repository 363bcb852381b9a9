import type { MilliHbd } from '#protocol/amount.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid } from '#protocol/ids.ts'

/** A job of the account's own that waits in an indexer's queue for an offer on the chain. */
export type UnofferedJob = {
  readonly id: EncodingJobId
  readonly inputCid: Cid
  /** The most that its encoder is paid. */
  readonly budget: MilliHbd
}

/** What an account has told an indexer, as the account's own node reads it there. */
export interface WaitingOffers {
  /** The most that the node may award, and release for good work, by itself, as the indexer has it; null where the owner wants to be asked. */
  limits(): Promise<{ readonly award: MilliHbd | null; readonly release: MilliHbd | null }>
  /** Some of those that wait, the newest first. */
  unoffered(): Promise<readonly UnofferedJob[]>
}
