import type { Chain } from '../chain/chain.ts'
import type { FaultInjector } from '../faults/fault-injector.ts'
import type { StoredTransaction } from '../store/block-store.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { AccountOperation, StoredOperation } from '../store/operation-store.ts'

/** How much of the chain a client asked to see. hived's histories stop at the last irreversible block unless told. */
export type Reach = 'irreversible' | 'head'

/** What the chain has recorded, as far as a client may see it. */
export interface History {
  /** Operations of the blocks `from` up to but not including `to`. */
  operations(from: number, to: number, reach: Reach): Iterable<StoredOperation>
  /** An account's operations up to a sequence number, the newest first. */
  accountOperations(account: string, sequence: bigint, reach: Reach): Iterable<AccountOperation>
  transaction(id: string, reach: Reach): StoredTransaction | undefined
}

export type HistoryDeps = {
  readonly chain: Pick<Chain, 'head' | 'lastIrreversible'>
  readonly store: Pick<ChainStore, 'blocks' | 'operations'>
  readonly faults: Pick<FaultInjector, 'faults'>
}

export function createHistory({ chain, store, faults }: HistoryDeps): History {
  const last = (reach: Reach): number =>
    reach === 'head' ? chain.head.number : chain.lastIrreversible
  const isRecorded = ({ virtual }: StoredOperation): boolean =>
    virtual === 0 || faults.faults.drop_virtual_operations !== true
  return {
    operations: (from, to, reach) =>
      Iterator.from(store.operations.inBlocks(from, Math.min(to, last(reach) + 1))).filter(
        isRecorded,
      ),
    accountOperations: (account, sequence, reach) =>
      Iterator.from(
        store.operations.ofAccount(account, toSqlInteger(sequence), last(reach)),
      ).filter(isRecorded),
    transaction: (id, reach) => {
      const found = store.blocks.transaction(id)
      return found !== undefined && found.block <= last(reach) ? found : undefined
    },
  }
}

/** No account has more operations than JavaScript can count. */
function toSqlInteger(sequence: bigint): number {
  return Number(sequence < BigInt(Number.MAX_SAFE_INTEGER) ? sequence : Number.MAX_SAFE_INTEGER)
}
