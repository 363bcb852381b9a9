import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import { ensure } from '../hive/hive-error.ts'
import type { KindFilter } from './account-history-page.ts'
import { readAccountHistory } from './account-history-page.ts'
import type { History, Reach } from './history.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'
import { AccountName, BlockNumber, Flag, U64 } from './params.ts'
import { printNewerTransaction } from './print-block.ts'
import { printStoredOperation } from './print-operation.ts'
import { enumVirtualOperations } from './virtual-operations-page.ts'

export type AccountHistoryApiDeps = {
  readonly chain: Pick<Chain, 'lastIrreversible'>
  readonly history: History
}

const OpsInBlock = z.object({
  block_num: BlockNumber.default(0),
  only_virtual: Flag.default(false),
  include_reversible: Flag.nullish(),
})

const VirtualOps = z.object({
  block_range_begin: BlockNumber.default(1),
  block_range_end: BlockNumber.default(2),
  include_reversible: Flag.nullish(),
  group_by_block: Flag.nullish(),
  operation_begin: U64.optional(),
  limit: z.int().default(150_000),
  filter: U64.optional(),
})

const AccountHistory = z.object({
  account: AccountName,
  start: U64.default(2n ** 64n - 1n),
  limit: z.int().min(0).default(1_000),
  include_reversible: Flag.nullish(),
  operation_filter_low: U64.optional(),
  operation_filter_high: U64.optional(),
})

export function createAccountHistoryApi({ chain, history }: AccountHistoryApiDeps): Api {
  return {
    get_ops_in_block: named(OpsInBlock, ({ block_num, only_virtual, include_reversible }) => ({
      ops: [...history.operations(block_num, block_num + 1, reachOf(include_reversible))]
        .filter(({ virtual }) => virtual === 1 || !only_virtual)
        .map((operation) => printStoredOperation(operation, 'hf26')),
    })),
    enum_virtual_ops: named(VirtualOps, (params) =>
      enumVirtualOperations(
        {
          from: params.block_range_begin,
          to: params.block_range_end,
          begin: params.operation_begin ?? 0n,
          limit: params.limit,
          filter: params.filter,
          grouping: params.group_by_block === true ? 'by block' : 'none',
          reach: reachOf(params.include_reversible),
        },
        history,
        (block) => block <= chain.lastIrreversible,
      ),
    ),
    get_account_history: named(AccountHistory, (params) => ({
      history: readAccountHistory(
        {
          account: params.account,
          start: params.start,
          limit: params.limit,
          filter: filterOf(params.operation_filter_low, params.operation_filter_high),
          reach: reachOf(params.include_reversible),
        },
        history,
      ).map((operation) => [operation.sequence, printStoredOperation(operation, 'hf26')]),
    })),
    get_transaction: named(
      z.object({ id: z.string(), include_reversible: Flag.nullish() }),
      ({ id, include_reversible }) => {
        const found = history.transaction(id, reachOf(include_reversible))
        ensure(found !== undefined, 'Unknown Transaction {id}', { id })
        return printNewerTransaction(found)
      },
    ),
  }
}

function reachOf(includeReversible: boolean | null | undefined): Reach {
  return includeReversible === true ? 'head' : 'irreversible'
}

/** Bits of a filter, or undefined where a client set none. */
export function filterOf(
  low: bigint | undefined,
  high: bigint | undefined,
): KindFilter | undefined {
  if (low === undefined && high === undefined) return undefined
  return { low: low ?? 0n, high: high ?? 0n }
}
