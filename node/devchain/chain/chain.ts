import { ensure } from '../hive/hive-error.ts'
import type { State } from '../state/state.ts'
import type { Head } from '../store/head.ts'
import { admitTransaction } from './admission.ts'
import type { Pool } from './pool.ts'
import { createPool, pendingOn } from './pool.ts'
import { readBlockTransactions } from './stored-chain.ts'
import type { TipDeps } from './tip.ts'
import { createTip } from './tip.ts'

type ForkRequest = { readonly depth: number; readonly dropTransactions: boolean }

/** The chain itself. Everything on it happens at once: no call waits, so none sees another's half. */
export interface Chain {
  readonly head: Head
  /** Number of the newest block that no fork can undo. It never falls. */
  readonly lastIrreversible: number
  /** The head's state with everything pending applied. */
  readonly state: State
  readonly pool: Pick<Pool, 'has' | 'pending'>
  /** Takes in a transaction as a client sent it and returns its id. Throws a HiveError. */
  broadcast(transaction: unknown): string
  /** Makes blocks now. All of them are on disk when it returns, or none. */
  produceBlocks(count: number): Head
  /**
   * Replaces the newest blocks by one block more of another branch, whose producer had not heard of any transaction.
   * Throws a HiveError where that would undo an irreversible block.
   */
  fork(request: ForkRequest): Head
  /** From now on this many of the newest blocks stay reversible. */
  setIrreversibilityLag(blocks: number): void
}

export function createChain({ store, nextBlockTime }: TipDeps): Chain {
  const tip = createTip({ store, nextBlockTime })
  const pool = createPool({
    headState: tip.state,
    surroundings: tip.surroundings,
    isInChain: (id) => (store.blocks.transaction(id)?.expiration ?? -1) >= tip.head.time,
  })
  const produceBlock = (): void => {
    const { transactions } = tip.append(pool.pending)
    const included = new Set(transactions)
    pool.restart(pool.pending.filter(({ sealed }) => !included.has(sealed)))
  }
  return {
    get head() {
      return tip.head
    },
    get lastIrreversible() {
      return tip.lastIrreversible
    },
    get state() {
      return pool.state
    },
    pool,
    broadcast: (transaction) => admitTransaction(transaction, pool),
    produceBlocks: (count) =>
      store.atomically(() => {
        for (let made = 0; made < count; made += 1) produceBlock()
        return tip.head
      }),
    fork: ({ depth, dropTransactions }) => {
      ensureReversible(depth, tip.head.number - tip.lastIrreversible)
      return store.atomically(() => {
        const undone = dropTransactions ? [] : readBlockTransactions(store, tip.head, depth)
        tip.rewind(depth)
        for (let made = 0; made <= depth; made += 1) tip.append([])
        const waiting = undone.map((sealed) => pendingOn(tip.head, sealed))
        pool.restart([...waiting, ...pool.pending])
        return tip.head
      })
    },
    setIrreversibilityLag: tip.setLag,
  }
}

function ensureReversible(depth: number, reversible: number): void {
  ensure(
    depth <= reversible,
    'A fork {depth} blocks deep would undo irreversible blocks: only {reversible} are reversible. Set irreversibility_lag first.',
    { depth, reversible },
  )
}
