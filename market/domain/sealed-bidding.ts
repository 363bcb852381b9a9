import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { ChainTime, HiveAccount, Sha256Hex } from '#protocol/ids.ts'
import { ChainTime as Time } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'

/** The longest that encoders are given to open what they have sealed: several blocks, and a bid that has to be sent again. */
const longestOpeningSeconds = 60

/** Until when bids of an offer are sealed: half of the time for bids is for opening them, a minute at the most. */
export function sealedUntil(now: ChainTime, bidsUntil: ChainTime): ChainTime {
  const opening = Math.min(longestOpeningSeconds, Math.floor((bidsUntil - now) / 2))
  return Time.parse(bidsUntil - Math.max(1, opening))
}

/** What is wrong with a bid for an offer that takes sealed ones. */
export type SealFault = 'was not sealed in time' | 'differs from what was sealed'

/** Null for a bid that opens the seal of its author, and for every bid where the offer takes open ones. */
export function sealFault(
  offer: Pick<JobOffer, 'sealedUntil'>,
  opened: Sha256Hex,
  sealed: Sha256Hex | undefined,
): SealFault | null {
  if (offer.sealedUntil === undefined) return null
  if (sealed === undefined) return 'was not sealed in time'
  return sealed === opened ? null : 'differs from what was sealed'
}

/** The same for whoever has the seals of many; a seal counts for its author alone. */
export function sealFaultsOf(
  offer: Pick<JobOffer, 'sealedUntil'>,
  seals: readonly SealedBid[],
  sha256: Sha256,
): (bid: Bid) => SealFault | null {
  const sealedBy = new Map(seals.map(({ encoder, bid }) => [encoder, bid] as const))
  return (bid) => sealFault(offer, bidHash(bid, sha256), sealedBy.get(bid.encoder))
}

/** Those who sealed a bid and have opened none; one that differs from its seal opens nothing. */
export function unopened(
  seals: readonly { readonly encoder: HiveAccount }[],
  bids: readonly { readonly encoder: HiveAccount }[],
): readonly HiveAccount[] {
  return seals
    .map(({ encoder }) => encoder)
    .filter((encoder) => !bids.some((bid) => bid.encoder === encoder))
}
