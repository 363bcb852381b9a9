import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { Fault } from '#protocol/attestation.ts'
import { mostFaults } from '#protocol/attestation.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { Rendition } from '#protocol/ladder.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { AcceptedJob, DeliveredJob, SettledJob } from './job.ts'

/**
 * How a disputed escrow is to be divided: a function of the offer, the delivery and the faults that were found, so that every
 * ruling can be held against its own reasons.
 *
 *  - Nothing delivered, or later than the deadline and its grace: all to the creator.
 *  - A fault that names no rendition, one in the sound, which every rendition needs, or a full list, which may hide others:
 *    all to the creator.
 *  - Else each rendition without a fault is paid by its share of the ladder's pixels; one with a fault is worth nothing,
 *    because the challenge is a sample, and what is wrong in the sample is wrong elsewhere.
 */

/** Seconds after an offer's deadline in which work still counts: clocks and blocks are not to the second. */
const deliveryGraceSeconds = 60

/** What a copied rendition is worth beside an encoded one: it is moved and kept, but not made. */
export const copiedShare = { of: 10n, copied: 1n } as const

/** True when an offer's work, at this time, is too late to be owed anything. */
export function isTooLate({ deliverBy }: Pick<JobOffer, 'deliverBy'>, at: ChainTime): boolean {
  return at > deliverBy + deliveryGraceSeconds
}

/** True for the faults of a check that could not have the delivered bytes: nothing is known of them. */
export function isUnseen(faults: readonly Fault[]): boolean {
  return faults.some(({ code }) => code === 'unavailable')
}

/** What an encoder is owed of a job's price for work with these faults; rounded down, the rest is the creator's. */
export function owedFor(
  { offer, award, ...job }: AcceptedJob | DeliveredJob | SettledJob,
  faults: readonly Fault[],
): MilliHbd {
  const delivered = 'delivered' in job ? job.delivered : null
  if (!delivered || isTooLate(offer, delivered.at.time)) return milliHbd(0n)
  const { good, all } = goodShare(offer, faults)
  return milliHbd((award.price * good) / all)
}

type Share = { readonly good: bigint; readonly all: bigint }

function goodShare({ ladder, copied }: JobOffer, faults: readonly Fault[]): Share {
  const all = weightOf(ladder, copied)
  const names = new Set(ladder.map(({ name }) => name))
  const isOfOneRendition = ({ rendition }: Fault): boolean =>
    rendition !== undefined && names.has(rendition)
  if (faults.length >= mostFaults || !faults.every(isOfOneRendition)) return { good: 0n, all }
  const bad = new Set(faults.map(({ rendition }) => rendition))
  return {
    good: weightOf(
      ladder.filter(({ name }) => !bad.has(name)),
      copied,
    ),
    all,
  }
}

function weightOf(renditions: readonly Rendition[], copied: string | undefined): bigint {
  return renditions.reduce(
    (sum, { name, width, height }) =>
      sum + BigInt(width * height) * (name === copied ? copiedShare.copied : copiedShare.of),
    0n,
  )
}

/** A ruling held against its own reasons and against what others found. */
export type RulingReview = {
  /** The money went as the ruling's own faults say. */
  readonly followsFaults: boolean
  /** Accounts whose attestation leads to the same division, and those whose leads to another. */
  readonly agreeing: readonly HiveAccount[]
  readonly contradicting: readonly HiveAccount[]
}

/**
 * Reviews the ruling of a settled job; null where there is none. Anyone may attest a delivery after it was ruled on, so a
 * ruling against the evidence stands beside that evidence for ever.
 */
export function reviewRuling(job: SettledJob): RulingReview | null {
  const { ruling, delivered, toEncoder } = job
  if (!ruling) return null
  // Who could not have the delivery found nothing either way.
  const attestations = (delivered?.attestations ?? []).filter(
    ({ operation }) => !isUnseen(operation.faults),
  )
  const leadsHere = ({ operation }: (typeof attestations)[number]): boolean =>
    owedFor(job, operation.faults) === toEncoder
  return {
    followsFaults: owedFor(job, ruling.faults) === toEncoder,
    agreeing: attestations.filter(leadsHere).map(({ by }) => by),
    contradicting: attestations.filter((one) => !leadsHere(one)).map(({ by }) => by),
  }
}
