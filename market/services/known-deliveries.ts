import type { DeliveryHistory } from '../domain/delivery-history.ts'
import { chainDeliveries, noHistory } from '../domain/delivery-history.ts'
import type { AccountScore } from '../ports/chain-queries.ts'

/** How an encoder delivers by the chain alone, for whoever has no jobs of its own to tell by. */
export function historyOf(
  standing: Pick<AccountScore, 'deeds' | 'marks'> | undefined,
): DeliveryHistory {
  if (!standing) return noHistory
  const { deeds, marks } = standing
  return { ...noHistory, chain: chainDeliveries({ deeds, marks: Object.entries(marks) }) }
}
