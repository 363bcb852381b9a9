import type { MilliHbd } from '#protocol/amount.ts'
import type { JobAttest } from '#protocol/attestation.ts'
import type { JobAward } from '#protocol/award.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { JobEvidence } from '#protocol/dispute.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import type { BlockId, Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { JobRuling } from '#protocol/ruling.ts'
import type { ChainPoint } from './block-context.ts'
import type { Approval, Taken } from './escrow.ts'

/**
 * A job as the chain tells it. Each phase owns the data that exist from it on.
 *
 *   offered -> cancelled
 *   offered -> awarded -> accepted -> delivered -> settled
 *      ^          |           '----------------------^
 *      '----------'  (escrow rejected: the creator may award another bid)
 *
 * `awarded` and later phases follow the escrow; a custom_json alone never moves them.
 */
export type Job = OfferedJob | CancelledJob | AwardedJob | AcceptedJob | DeliveredJob | SettledJob

type Offered = {
  readonly id: JobId
  readonly creator: HiveAccount
  readonly offer: JobOffer
  readonly offeredAt: ChainPoint
  /** Awards that a side did not approve. */
  readonly rejectedAwards: number
  /** Those of them that ended because the arbiter said nothing. */
  readonly silences: readonly Silence[]
}
type Awarded = Offered & {
  readonly award: JobAward
  readonly awardedAt: ChainPoint
  /** Hardware that the registry knew of the encoder then: what it registers later is not for this job. */
  readonly hwAccel: HwAccel
  /** The determinism class it was registered in; a later registration changes neither. */
  readonly encoderClass: Cid | null
}
type Accepted = Awarded & {
  readonly acceptedAt: ChainPoint
  /** Who stood by the escrow, and where. */
  readonly approvals: readonly Approval[]
  /** What the arbiter had for it. */
  readonly fee: MilliHbd
  readonly dispute: Dispute | null
}

export type Dispute = {
  readonly by: HiveAccount
  readonly at: ChainPoint
  /** What had been released before it, and is not the arbiter's doing. */
  readonly before: { readonly toEncoder: MilliHbd; readonly toCreator: MilliHbd }
  /** What its parties have to say, the first first; absent where none has said anything. */
  readonly evidence?: readonly GivenEvidence[]
}

type GivenEvidence = {
  readonly by: HiveAccount
  readonly at: ChainPoint
  readonly operation: JobEvidence
}

type Delivered = Accepted & { readonly delivered: Delivery }

export type OfferedJob = Offered & { readonly phase: 'offered' }
export type CancelledJob = Offered & {
  readonly phase: 'cancelled'
  readonly cancelledAt: ChainPoint
}
export type AwardedJob = Awarded & { readonly phase: 'awarded' }
export type AcceptedJob = Accepted & { readonly phase: 'accepted' }
export type DeliveredJob = Delivered & { readonly phase: 'delivered' }
export type SettledJob = Accepted & {
  readonly phase: 'settled'
  readonly delivered: Delivery | null
  readonly settledAt: ChainPoint
  readonly settledBy: HiveAccount
  readonly toEncoder: MilliHbd
  readonly toCreator: MilliHbd
  /** Of both, what the receiver released to itself, which only the end of an escrow allows. */
  readonly taken: Taken
  readonly ruling: JobRuling | null
  readonly stars: number | null
  readonly ratedAt: ChainPoint | null
}

/** An award that its arbiter neither stood by nor refused in the time it was given. */
export type Silence = {
  readonly arbiter: HiveAccount
  readonly price: MilliHbd
  readonly awardedAt: ChainPoint
  readonly lapsedAt: ChainPoint
}

export type Delivery = {
  readonly operation: JobDeliver
  readonly at: ChainPoint
  /** Ids of the blocks that seed the challenge, as far as they exist yet. */
  readonly beacon: readonly BlockId[]
  /** How many leaves are challenged: fixed by the encoder's record at this moment. */
  readonly challengeLeaves: number
  readonly attestations: readonly Attestation[]
}

type Attestation = {
  readonly by: HiveAccount
  readonly at: ChainPoint
  readonly operation: JobAttest
}

export type JobFact =
  | { readonly type: 'job-offered'; readonly job: JobId }
  | { readonly type: 'job-cancelled'; readonly job: JobId }
  | { readonly type: 'job-awarded'; readonly job: JobId }
  | { readonly type: 'job-reopened'; readonly job: JobId }
  | { readonly type: 'job-accepted'; readonly job: JobId }
  | { readonly type: 'job-delivered'; readonly job: JobId }
  | { readonly type: 'job-attested'; readonly job: JobId; readonly by: HiveAccount }
  | { readonly type: 'job-disputed'; readonly job: JobId; readonly by: HiveAccount }
  | { readonly type: 'evidence-given'; readonly job: JobId; readonly by: HiveAccount }
  | { readonly type: 'job-settled'; readonly job: JobId }
  | { readonly type: 'job-ruled'; readonly job: JobId }
  | { readonly type: 'encoder-rated'; readonly job: JobId; readonly stars: number }

export type JobRefusal =
  | 'not-the-creator'
  | 'not-the-encoder'
  | 'not-the-arbiter'
  | 'not-a-party'
  | 'job-exists'
  | 'copied-rendition-unknown'
  | 'job-unknown'
  | 'wrong-phase'
  | 'deadline-passed'
  | 'deadlines-disordered'
  | 'self-award'
  | 'encoder-not-registered'
  | 'arbiter-not-registered'
  | 'arbiter-not-offered'
  | 'over-ceiling'
  | 'ready-too-late'
  | 'escrow-missing'
  | 'escrow-differs'
  | 'renditions-differ'
  | 'leaves-differ'
  | 'root-differs'
  | 'already-attested'
  | 'seed-not-known'
  | 'seed-differs'
  | 'salt-differs'
  | 'sample-differs'
  | 'verdict-contradicts-faults'
  | 'not-disputed'
  | 'already-said'
  | 'amounts-differ'
  | 'not-paid'
  | 'already-rated'
