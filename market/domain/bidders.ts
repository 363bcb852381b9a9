import type { HiveAccount } from '#protocol/ids.ts'

/** A connected encoder of the registry. */
export type Bidder = {
  readonly account: HiveAccount
  /** Jobs it says it would take besides those it has; null where it has not said. A firm bid takes a slot. */
  readonly freeSlots: number | null
}

/**
 * True once somebody has bid and nobody else can be expected to: waiting longer would bring nothing.
 * An encoder without room is not waited for, and often has none because of the very bid it made.
 */
export function haveAllBid(
  bids: readonly { readonly encoder: HiveAccount }[],
  bidders: readonly Bidder[],
): boolean {
  const hasBid = (account: HiveAccount): boolean => bids.some(({ encoder }) => encoder === account)
  return (
    bids.length > 0 && bidders.every(({ account, freeSlots }) => freeSlots === 0 || hasBid(account))
  )
}
