import type { FundedEscrow } from '#contracts/escrow.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { LedgerView } from '../ports/ledger-view.ts'

/**
 * What an escrow still holds for a job that the ledger does not know: it refuses offers by recipes that are no more, and mirrors
 * their money all the same. Undefined where nothing is held.
 */
export function heldFor(
  ledger: LedgerView,
  job: JobId,
  side: { readonly from: HiveAccount } | { readonly to: HiveAccount },
): FundedEscrow | undefined {
  return [...ledger.current().escrows.values()]
    .filter((escrow) => escrow.phase === 'funded')
    .find(
      ({ terms }) =>
        terms.meta.job === job &&
        ('from' in side ? terms.from === side.from : terms.to === side.to),
    )
}
