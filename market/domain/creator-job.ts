import type { MilliHbd } from '#protocol/amount.ts'
import type { Fault, Verdict } from '#protocol/attestation.ts'
import type { Bid } from '#protocol/bid.ts'
import type { ChainTime, Cid, EscrowId, HiveAccount, JobId, Sha256Hex } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { SelectionMode } from '#protocol/selection.ts'
import type { MarketErrorCode } from '../errors.ts'

/**
 * A job on its creator's node. The ledger says what is true; this says what the node has decided and must not decide twice.
 *
 *   offering -> bidding -> awarding -> awaiting-approval -> awaiting-delivery -> checking -> settling -> paid
 *                  ^           |               |                   |                 |          |
 *                  '-----------+---------------'                   |                 '-> disputing -> failed
 *                  |                                               |                 '-> awaiting-release -> settling
 *                  |                                               '-> disputing | failed (refunded)
 *                  '-> failed (no bids)
 */
type PhaseData = {
  readonly offering: unknown
  readonly bidding: {
    /** Until when bids are waited for if none can win: later than the offer says where an award came to nothing. */
    readonly listensUntil: ChainTime
    /** The owner was asked to choose: since when, and what bid was proposed last. */
    readonly asked?: { readonly since: ChainTime; readonly bid: Sha256Hex }
    /** What the owner has chosen. */
    readonly chosen?: Sha256Hex
  }
  readonly awarding: { readonly choice: Choice }
  readonly 'awaiting-approval': {
    readonly choice: Choice
    /** Who stood by the escrow so far: once it is rejected, nothing else tells who did not. */
    readonly approvedBy: readonly HiveAccount[]
  }
  readonly 'awaiting-delivery': { readonly choice: Choice }
  readonly checking: { readonly choice: Choice }
  /** Good work, for more than the node pays without its owner's word; `allowed` once he has given it. */
  readonly 'awaiting-release': {
    readonly choice: Choice
    readonly check: CheckResult
    readonly allowed?: true
  }
  readonly settling: { readonly choice: Choice; readonly check: CheckResult }
  readonly disputing: { readonly choice: Choice; readonly check: CheckResult | null }
  /** Without a check of its own where the arbiter had paid before this node could look. */
  readonly paid: { readonly choice: Choice; readonly check: CheckResult | null }
  readonly failed: { readonly code: MarketErrorCode; readonly message: string }
}

type CreatorPhase = keyof PhaseData
export type CreatorJobIn<P extends CreatorPhase> = P extends CreatorPhase
  ? Posted & { readonly phase: P } & PhaseData[P]
  : never
export type CreatorJob = CreatorJobIn<CreatorPhase>

type Posted = {
  readonly id: JobId
  readonly offer: JobOffer
  /** Opened by the attestation; before it, whoever knows it knows half of the challenge. */
  readonly salt: Sha256Hex
  /** Milliseconds since 1970. */
  readonly postedAt: number
  /** Absent for jobs of nodes that knew only one way. */
  readonly selection?: SelectionMode
  /** Awards tried so far: each opens its own escrow. */
  readonly awards: number
  /** Encoders and arbiters that were awarded and did not stand by it. */
  readonly setAside: readonly HiveAccount[]
  /** The determinism class that its encoder has to be of; absent for a job whose tree stands by itself. */
  readonly inClass?: Cid
  /**
   * What each arbiter asked when the offer was made: a fee can be raised at any time, and none is paid more than the creator saw.
   * Absent where that was not noted: then it is what it asks.
   */
  readonly fees?: ReadonlyMap<HiveAccount, MilliHbd>
  /** How many further jobs may follow where encoders fail; absent for none. */
  readonly standInsLeft?: number
  /** The most that is paid for it without asking its owner, besides the node's own limit; absent for no other. */
  readonly releaseLimit?: MilliHbd
  /** The job that this one stands in for, and the one that stands in for this. */
  readonly standsInFor?: JobId
  readonly standIn?: JobId
}

/** What a job has in every phase. */
export function postedOf(job: CreatorJob): Posted {
  const { id, offer, salt, postedAt, selection, awards, setAside } = job
  const { fees, inClass, standInsLeft, releaseLimit, standsInFor, standIn } = job
  return {
    ...{ id, offer, salt, postedAt, awards, setAside },
    ...(selection && { selection }),
    ...(fees && { fees }),
    ...(inClass && { inClass }),
    ...(standInsLeft !== undefined && { standInsLeft }),
    ...(releaseLimit !== undefined && { releaseLimit }),
    ...(standsInFor && { standsInFor }),
    ...(standIn && { standIn }),
  }
}

/** What was awarded. */
export type Choice = {
  readonly bid: Bid
  readonly bidHash: Sha256Hex
  readonly arbiter: HiveAccount
  readonly fee: MilliHbd
  readonly escrow: EscrowId
}

/** What the check of a delivery found, and how long it worked. */
export type CheckResult = {
  readonly verdict: Verdict
  readonly seed: Sha256Hex
  readonly challenged: readonly number[]
  readonly faults: readonly Fault[]
  readonly milliseconds: number
}

/** No further step follows. */
export function isOver(job: CreatorJob): boolean {
  return job.phase === 'paid' || job.phase === 'failed'
}

/** An encoder is at work, or may be. */
export function isAwaited(
  job: CreatorJob | null,
): job is CreatorJobIn<'awaiting-approval' | 'awaiting-delivery'> {
  return job?.phase === 'awaiting-approval' || job?.phase === 'awaiting-delivery'
}
