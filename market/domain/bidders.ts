import type { ChainTime, HiveAccount } from '#protocol/ids.ts'

/** A connected encoder of the registry. */
export type Bidder = {
  readonly account: HiveAccount
  /** Jobs it says it would take besides those it has; null where it has not said. A firm bid takes a slot. */
  readonly freeSlots: number | null
  /** When it first said that it has none, and has said nothing else since; null where it has some, or has not said. */
  readonly fullSince: ChainTime | null
}

/** Seconds of the chain's time that a bid may be behind the word that its author has no slot left. */
export const bidTravelSeconds = 6

/**
 * True once somebody has bid and nobody else can be expected to: waiting longer would bring nothing. An encoder without room is not
 * waited for; but one that has just filled up may have done so by the very bid that is on its way, so a little while must have passed.
 */
export function haveAllBid(
  bids: readonly { readonly encoder: HiveAccount }[],
  bidders: readonly Bidder[],
  now: ChainTime,
): boolean {
  const hasBid = (account: HiveAccount): boolean => bids.some(({ encoder }) => encoder === account)
  const isBusy = ({ freeSlots, fullSince }: Bidder): boolean =>
    freeSlots === 0 && now >= (fullSince ?? 0) + bidTravelSeconds
  return bids.length > 0 && bidders.every((bidder) => isBusy(bidder) || hasBid(bidder.account))
}
