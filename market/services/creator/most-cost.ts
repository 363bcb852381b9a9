import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** What an offer may cost at the most: its ceiling, and the dearest of its arbiters. */
export function mostCost(deps: Pick<CreatorDeps, 'ledger'>, offer: JobOffer): MilliHbd {
  return milliHbd(offer.ceiling + dearestFee(deps, offer))
}

/** The most that any of an offer's arbiters asks now; 0 of one that the registry does not have. */
export function dearestFee(
  { ledger }: Pick<CreatorDeps, 'ledger'>,
  { arbiters }: Pick<JobOffer, 'arbiters'>,
): MilliHbd {
  const { nodes } = ledger.current()
  const fees = arbiters.map((arbiter) => nodes.get(arbiter)?.arbiter?.fee ?? 0n)
  return milliHbd(fees.reduce((most, fee) => (fee > most ? fee : most), 0n))
}
