import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import { asset } from '../hive/fields.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'
import { AccountName } from './params.ts'

/** Plenty for anything, and a number that JavaScript can print. */
const fullMana = 1_000_000_000_000

export function createRcApi({ chain }: { readonly chain: Chain }): Api {
  return {
    find_rc_accounts: named(
      z.object({ accounts: z.array(AccountName).max(1_000).default([]) }),
      ({ accounts }) => ({ rc_accounts: printRcAccounts(chain, accounts) }),
    ),
  }
}

/** Resource credits cost nothing here: everybody's are full. */
function printRcAccounts({ state, head }: Chain, names: readonly string[]) {
  return names
    .filter((name) => state.accounts.get(name) !== undefined)
    .map((account) => ({
      account,
      rc_manabar: { current_mana: fullMana, last_update_time: head.time },
      max_rc_creation_adjustment: asset.print({ amount: 0n, symbol: 'VESTS' }, 'hf26'),
      max_rc: fullMana,
      delegated_rc: 0,
      received_delegated_rc: 0,
    }))
}
