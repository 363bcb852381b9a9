import type { Account } from './account.ts'
import type { Escrow } from './escrow.ts'
import type { Changes, Overlay, Table } from './table.ts'
import { applyChanges, createOverlay } from './table.ts'

/** Ids are never given twice, so these only grow. */
export type Counters = { readonly nextAccount: number; readonly nextEscrow: number }

/** Everything operations can see and change. */
export type State = {
  readonly accounts: Table<Account>
  readonly escrows: Table<Escrow>
  /** One row, under the empty key. */
  readonly counters: Table<Counters>
}

export type StateChanges = {
  readonly accounts: Changes<Account>
  readonly escrows: Changes<Escrow>
  readonly counters: Changes<Counters>
}

/** A copy of a state. Dropped, it leaves no trace; committed, it says how to undo itself. */
export type StateOverlay = {
  readonly accounts: Overlay<Account>
  readonly escrows: Overlay<Escrow>
  readonly counters: Overlay<Counters>
}

export function createStateOverlay({ accounts, escrows, counters }: State): StateOverlay {
  return {
    accounts: createOverlay(accounts),
    escrows: createOverlay(escrows),
    counters: createOverlay(counters),
  }
}

/** Writes the changes into the state below. */
export function commitOverlay({ accounts, escrows, counters }: StateOverlay): void {
  accounts.commit()
  escrows.commit()
  counters.commit()
}

export function changesOf({ accounts, escrows, counters }: StateOverlay): StateChanges {
  return {
    accounts: accounts.changes,
    escrows: escrows.changes,
    counters: counters.changes,
  }
}

/** Writes changes into a state and returns what undoes them. */
export function applyStateChanges(state: State, changes: StateChanges): StateChanges {
  return {
    accounts: applyChanges(state.accounts, changes.accounts),
    escrows: applyChanges(state.escrows, changes.escrows),
    counters: applyChanges(state.counters, changes.counters),
  }
}

/** Results in a number that was never given before. */
export function takeNumber({ counters }: State, kind: keyof Counters): number {
  const before = counters.get('') ?? { nextAccount: 0, nextEscrow: 0 }
  counters.set('', { ...before, [kind]: before[kind] + 1 })
  return before[kind]
}
