import { ensure, HiveError } from '../hive/hive-error.ts'
import { limits } from '../hive/limits.ts'
import type { State } from '../state/state.ts'
import { commitOverlay, createStateOverlay } from '../state/state.ts'
import type { Head } from '../store/head.ts'
import type { SealedTransaction } from '../transactions/sealed-transaction.ts'
import type { Surroundings } from './apply-transaction.ts'
import { applyTransaction } from './apply-transaction.ts'
import { countCustomOperations } from './custom-operation-limit.ts'

export type PendingTransaction = {
  readonly sealed: SealedTransaction
  /** Chain time from which on this node no longer offers it for a block. */
  readonly forgottenFrom: number
}

export interface Pool {
  /** The head's state with everything pending applied: what clients are shown, as by hived. */
  readonly state: State
  readonly pending: readonly PendingTransaction[]
  has(id: string): boolean
  /** Takes a transaction in, or throws a HiveError and changes nothing. */
  add(sealed: SealedTransaction): void
  /** Starts over on a new head with these, silently dropping what no longer applies. */
  restart(candidates: readonly PendingTransaction[]): void
}

export type PoolDeps = {
  readonly headState: State
  readonly surroundings: () => Surroundings
  /** Whether a block holds it and it could still be repeated. */
  readonly isInChain: (id: string) => boolean
}

/** Transactions that wait for a block. Each is applied to a copy of the state on top of those before it. */
export function createPool({ headState, surroundings, isInChain }: PoolDeps): Pool {
  const pending = new Map<string, PendingTransaction>()
  let state = createStateOverlay(headState)
  let customOperations: ReadonlyMap<string, number> = new Map()
  const admit = (candidate: PendingTransaction): void => {
    const { id, transaction } = candidate.sealed
    const isKnown = pending.has(id) || isInChain(id)
    ensure(!isKnown, 'Duplicate transaction check failed', { trx_id: id })
    const counted = countCustomOperations(transaction, customOperations)
    const copy = createStateOverlay(state)
    applyTransaction(candidate.sealed, copy, surroundings())
    commitOverlay(copy)
    customOperations = counted
    pending.set(id, candidate)
  }
  return {
    get state(): State {
      return state
    },
    get pending() {
      return [...pending.values()]
    },
    has: (id) => pending.has(id),
    add: (sealed) => admit(pendingOn(surroundings().head, sealed)),
    restart: (candidates) => {
      pending.clear()
      state = createStateOverlay(headState)
      customOperations = new Map()
      for (const candidate of candidates) {
        if (candidate.forgottenFrom > surroundings().head.time) admitQuietly(admit, candidate)
      }
    },
  }
}

function admitQuietly(
  admit: (candidate: PendingTransaction) => void,
  candidate: PendingTransaction,
): void {
  try {
    admit(candidate)
  } catch (error) {
    if (!(error instanceof HiveError)) throw error
  }
}

/** A transaction first seen on this head. Before the first block hived does not look at expirations. */
export function pendingOn(head: Head, sealed: SealedTransaction): PendingTransaction {
  if (head.number === 0) return { sealed, forgottenFrom: Number.POSITIVE_INFINITY }
  const { expiration } = sealed.transaction
  return { sealed, forgottenFrom: Math.min(expiration, head.time + limits.pendingLifetime) }
}
