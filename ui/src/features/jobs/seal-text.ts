import type { SealView } from '#protocol/api/bid-view.ts'

/** `Sealed until 12:03:20 UTC`, or since when the bid was to be open: bids are sealed for minutes. */
export function sealText({ sealedUntil, isOverdue }: SealView): string {
  const at = `${new Date(sealedUntil * 1_000).toISOString().slice(11, 19)} UTC`
  return isOverdue ? `Not opened; it was to be at ${at}` : `Sealed until ${at}`
}
