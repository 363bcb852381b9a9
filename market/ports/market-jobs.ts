import type { Job } from '#contracts/job.ts'
import type { EncoderKind, EncodingJobId } from '#protocol/encoding-job.ts'
import type { MarketMove } from '../domain/market-move.ts'
import type { ChainEvent } from './chain-queries.ts'

/** A step on the chain that a job of the queue has not followed yet. */
export type PendingStep = {
  readonly job: EncodingJobId
  readonly tiers: readonly EncoderKind[]
  readonly tier: EncoderKind
  readonly step: ChainEvent
  /** The job on the chain as it is by now, which may be some steps further. */
  readonly chain: Job
}

/**
 * Jobs of the queue that are offered on the chain, and the steps of the chain that they follow. Each job knows how far it has come, and
 * comes further only in the transaction that moves it: a step is followed once, whoever tries and however often, by a job that was
 * linked late too, and by none that has ended.
 */
export interface MarketJobStore {
  /** The oldest steps that linked jobs have still to follow, in the order of the chain. */
  pending(limit: number): Promise<readonly PendingStep[]>
  /** Moves a job by a step, with its event. False where it has followed that step, has ended, or is in another tier by now. */
  follow(pending: PendingStep, move: MarketMove): Promise<boolean>
  /** Takes over how far encoders of awarded jobs say they are. Resolves to how many jobs that moved; none goes back. */
  relayProgress(): Promise<number>
}
