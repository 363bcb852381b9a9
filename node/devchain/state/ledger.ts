import type { Asset } from '../hive/asset.ts'
import type { Account } from './account.ts'
import type { NewAccount, Roles } from './account-changes.ts'
import {
  adjustBalance,
  ensureFunds,
  ensureMembersExist,
  findAccount,
  insertAccount,
} from './account-changes.ts'
import type { Escrow } from './escrow.ts'
import type { NewEscrow, Parties } from './escrow-changes.ts'
import {
  ensureSameParties,
  findEscrow,
  insertEscrow,
  payFromEscrow,
  refundEscrow,
  saveEscrow,
} from './escrow-changes.ts'
import type { State } from './state.ts'

/** What operations do to a state. Where one can not be done it throws a HiveError with hived's words. */
export interface Ledger {
  account(name: string): Account
  createAccount(account: NewAccount): void
  saveAccount(account: Account): void
  ensureAuthorityAccounts(name: string, roles: Roles): void
  /** Takes a liquid amount out of an account. It must go somewhere: money neither comes nor goes. */
  debit(name: string, amount: Asset): void
  credit(name: string, amount: Asset): void
  escrow(from: string, escrowId: number): Escrow
  /** Records what {@link debit} took from the payer. */
  openEscrow(escrow: NewEscrow): void
  saveEscrow(escrow: Escrow): void
  ensureParties(escrow: Escrow, named: Parties): void
  /** Takes amounts out of an escrow. The last of its money ends it. */
  payFromEscrow(escrow: Escrow, paid: { readonly hbd: Asset; readonly hive: Asset }): void
  /** Ends an escrow that was never approved: everything goes back, the fee too. */
  refundEscrow(escrow: Escrow): void
}

export function createLedger(state: State): Ledger {
  return {
    account: (name) => findAccount(state, name),
    createAccount: (account) => insertAccount(state, account),
    saveAccount: (account) => state.accounts.set(account.name, account),
    ensureAuthorityAccounts: (name, roles) => ensureMembersExist(state, name, roles),
    debit: (name, amount) => {
      ensureFunds(findAccount(state, name), amount)
      adjustBalance(state, name, { ...amount, amount: -amount.amount })
    },
    credit: (name, amount) => adjustBalance(state, name, amount),
    escrow: (from, escrowId) => findEscrow(state, from, escrowId),
    openEscrow: (escrow) => insertEscrow(state, escrow),
    saveEscrow: (escrow) => saveEscrow(state, escrow),
    ensureParties: ensureSameParties,
    payFromEscrow: (escrow, paid) => payFromEscrow(state, escrow, paid),
    refundEscrow: (escrow) => refundEscrow(state, escrow),
  }
}
