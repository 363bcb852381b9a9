import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import type { CreatorDeps } from './creator-deps.ts'

type Fees = ReadonlyMap<HiveAccount, MilliHbd>

/** What a job may cost at the most: the ceiling of its offer, and the dearest of its arbiters. */
export function mostCost(
  { ledger }: Pick<CreatorDeps, 'ledger'>,
  { offer, fees = feesAsked({ ledger }, offer.arbiters) }: Pick<CreatorJob, 'offer' | 'fees'>,
): MilliHbd {
  return milliHbd(offer.ceiling + dearest(fees))
}

/** What arbiters ask now; 0 of one that the registry does not have. */
export function feesAsked(
  { ledger }: Pick<CreatorDeps, 'ledger'>,
  arbiters: readonly HiveAccount[],
): Fees {
  const { nodes } = ledger.current()
  return new Map(
    arbiters.map((account) => [account, nodes.get(account)?.arbiter?.fee ?? milliHbd(0n)]),
  )
}

export function dearest(fees: Fees): MilliHbd {
  return milliHbd([...fees.values()].reduce((most, fee) => (fee > most ? fee : most), 0n))
}
