import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import { EscrowListRequest, listEscrows } from './escrow-list.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'
import { printConfig, printVersion } from './node-facts.ts'
import { AccountName, Nothing } from './params.ts'
import { printAccount } from './print-account.ts'
import { printEscrow } from './print-escrow.ts'
import { printGlobalProperties } from './print-properties.ts'
import { verifySigned } from './verify-signed.ts'

const FindAccounts = z.object({ accounts: z.array(AccountName).max(1_000).default([]) })
const VerifyAuthority = z.object({
  trx: z.unknown(),
  pack: z.enum(['legacy', 'hf26']).default('legacy'),
})

export function createDatabaseApi({ chain }: { readonly chain: Chain }): Api {
  return {
    get_dynamic_global_properties: named(Nothing, () => ({
      id: 0,
      ...printGlobalProperties(chain, 'hf26'),
    })),
    get_config: named(Nothing, () => printConfig('hf26')),
    get_version: named(Nothing, printVersion),
    find_accounts: named(FindAccounts, ({ accounts }) => ({
      accounts: accounts
        .map((name) => chain.state.accounts.get(name))
        .filter((account) => account !== undefined)
        .map(printAccount),
    })),
    find_escrows: named(z.object({ from: AccountName }), ({ from }) => ({
      escrows: listEscrows(chain.state, { order: 'by_from_id', start: [from, 0], limit: 1_000 })
        .filter((escrow) => escrow.from === from)
        .map((escrow) => printEscrow(escrow, 'hf26')),
    })),
    list_escrows: named(EscrowListRequest, (request) => ({
      escrows: listEscrows(chain.state, request).map((escrow) => printEscrow(escrow, 'hf26')),
    })),
    verify_authority: named(VerifyAuthority, ({ trx, pack }) => ({
      valid: verifySigned(trx, pack, chain.state),
    })),
  }
}
