import type { MilliHbd } from '#protocol/amount.ts'
import type { Bid } from '#protocol/bid.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { JobId, Sha256Hex } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'

/**
 * A job on an encoder's node, from its bid on.
 *
 *   bidding -> approving -> encoding -> delivering -> delivered -> closed (paid | refunded)
 *      |          |            '-> refunding -> closed (refunded)
 *      '----------'-> closed (lost)        (an escrow that the arbiter does not stand by: back to bidding)
 */
type PhaseData = {
  /** Once its creator has answered, a bid is not sent again. */
  readonly bidding: {
    readonly isAcknowledged: boolean
    /** The creator has the seal of a bid for an offer that takes sealed ones. */
    readonly isSealKept?: true
    /** Why it cannot win, as its creator said when it took the bid. */
    readonly refusal?: string
  }
  readonly approving: unknown
  readonly encoding: unknown
  readonly delivering: { readonly delivery: JobDeliver }
  readonly delivered: { readonly delivery: JobDeliver }
  readonly refunding: { readonly reason: string }
  readonly closed: {
    readonly outcome: 'paid' | 'refunded' | 'lost'
    readonly paid: MilliHbd
  }
}

type EncoderPhase = keyof PhaseData
export type EncoderJobIn<P extends EncoderPhase> = P extends EncoderPhase
  ? Undertaken & { readonly phase: P } & PhaseData[P]
  : never
export type EncoderJob = EncoderJobIn<EncoderPhase>

type Undertaken = {
  readonly id: JobId
  readonly offer: JobOffer
  readonly bid: Bid
  readonly bidHash: Sha256Hex
}

/** Occupies a slot: a firm bid counts like work, or two awards could need more than there is. */
export function isOccupying(job: EncoderJob): boolean {
  return job.phase === 'bidding' || job.phase === 'approving' || job.phase === 'encoding'
}
