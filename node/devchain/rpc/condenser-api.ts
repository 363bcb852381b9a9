import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import { u32 } from '../hive/fields.ts'
import { ensure } from '../hive/hive-error.ts'
import { escrowKey } from '../state/escrow.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { findKeyReferences, PublicKeys } from './account-by-key-api.ts'
import { filterOf } from './account-history-api.ts'
import { readAccountHistory } from './account-history-page.ts'
import type { History } from './history.ts'
import type { Api } from './method.ts'
import { positional } from './method.ts'
import { hardforkVersion, printChainProperties, printConfig, printVersion } from './node-facts.ts'
import { AccountName, BlockNumber, Flag, U64 } from './params.ts'
import { printLegacyAccount } from './print-account.ts'
import { printHeader, printLegacyBlock, printLegacyTransaction } from './print-block.ts'
import { printEscrow } from './print-escrow.ts'
import { printStoredOperation } from './print-operation.ts'
import { printGlobalProperties } from './print-properties.ts'
import { verifySigned } from './verify-signed.ts'

export type CondenserApiDeps = {
  readonly chain: Chain
  readonly store: Pick<ChainStore, 'blocks'>
  readonly history: History
}

const none = z.tuple([])
const OneBlock = z.tuple([BlockNumber])
const Accounts = z.tuple([z.array(AccountName).max(1_000), Flag.optional()])
const OpsInBlock = z.tuple([BlockNumber, Flag.optional()])
const AccountHistory = z.tuple([AccountName, U64, z.int().min(0), U64.optional(), U64.optional()])

/** The API that wallets and dhive speak: positional params, amounts as text. */
export function createCondenserApi(deps: CondenserApiDeps): Api {
  return { ...chainMethods(deps), ...blockMethods(deps), ...accountMethods(deps) }
}

function chainMethods({ chain }: CondenserApiDeps): Api {
  return {
    get_dynamic_global_properties: positional(none, () => printGlobalProperties(chain, 'legacy')),
    get_config: positional(none, () => printConfig('legacy')),
    get_version: positional(none, printVersion),
    get_hardfork_version: positional(none, () => hardforkVersion),
    get_chain_properties: positional(none, printChainProperties),
    broadcast_transaction: positional(z.tuple([z.unknown()]), (transaction) => {
      chain.broadcast(transaction)
      return {}
    }),
    verify_authority: positional(z.tuple([z.unknown()]), (transaction) =>
      verifySigned(transaction, 'legacy', chain.state),
    ),
  }
}

function blockMethods({ store: { blocks }, history }: CondenserApiDeps): Api {
  return {
    get_block: positional(OneBlock, (number) => printLegacyBlock(blocks, number)),
    get_block_header: positional(OneBlock, (number) => printHeader(blocks, number)),
    get_ops_in_block: positional(OpsInBlock, (number, onlyVirtual) =>
      [...history.operations(number, number + 1, 'irreversible')]
        .filter(({ virtual }) => virtual === 1 || onlyVirtual !== true)
        .map((operation) => printStoredOperation(operation, 'legacy')),
    ),
    get_transaction: positional(z.tuple([z.string()]), (id) => {
      const found = history.transaction(id, 'irreversible')
      ensure(found !== undefined, 'Unknown Transaction {id}', { id })
      return printLegacyTransaction(found)
    }),
  }
}

function accountMethods({ chain, history }: CondenserApiDeps): Api {
  return {
    get_accounts: positional(Accounts, (names) =>
      names
        .map((name) => chain.state.accounts.get(name))
        .filter((account) => account !== undefined)
        .map(printLegacyAccount),
    ),
    get_account_history: positional(AccountHistory, (account, start, limit, low, high) =>
      readAccountHistory(
        { account, start, limit, filter: filterOf(low, high), reach: 'irreversible' },
        history,
      ).map((operation) => [operation.sequence, printStoredOperation(operation, 'legacy')]),
    ),
    get_escrow: positional(z.tuple([AccountName, u32.schema]), (from, escrowId) => {
      const escrow = chain.state.escrows.get(escrowKey(from, escrowId))
      return escrow === undefined ? null : printEscrow(escrow, 'legacy')
    }),
    get_key_references: positional(z.tuple([PublicKeys]), (keys) =>
      findKeyReferences(chain.state, keys),
    ),
  }
}
