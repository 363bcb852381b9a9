import type { Asset } from '../hive/asset.ts'
import { formatAsset, hbd, hive } from '../hive/asset.ts'
import type { Authority } from '../hive/authority.ts'
import { ensure } from '../hive/hive-error.ts'
import type { Account } from './account.ts'
import type { State } from './state.ts'
import { takeNumber } from './state.ts'

export type NewAccount = Pick<
  Account,
  | 'name'
  | 'owner'
  | 'active'
  | 'posting'
  | 'memoKey'
  | 'jsonMetadata'
  | 'recoveryAccount'
  | 'created'
>

/** What an account is to have as authorities; null leaves one alone. */
export type Roles = { readonly [role in 'owner' | 'active' | 'posting']: Authority | null }

export function findAccount({ accounts }: State, name: string): Account {
  const found = accounts.get(name)
  ensure(found !== undefined, "Account {acc} doesn't exist (unknown account)", { acc: name })
  return found
}

export function insertAccount(state: State, account: NewAccount): void {
  const { name, created } = account
  ensure(state.accounts.get(name) === undefined, 'Account {name} already exists.', { name })
  state.accounts.set(name, {
    ...account,
    id: takeNumber(state, 'nextAccount'),
    hive: hive(0n),
    hbd: hbd(0n),
    openEscrows: 0,
    previousOwnerUpdate: 0,
    lastOwnerUpdate: 0,
    lastAccountUpdate: created,
  })
}

export function ensureFunds({ name, ...purses }: Account, amount: Asset): void {
  const balance = amount.symbol === 'HBD' ? purses.hbd : purses.hive
  ensure(
    balance.amount >= amount.amount,
    'Account {acc} does not have sufficient funds for balance adjustment. Required: {r}, Available: {a}',
    { acc: name, r: formatAsset(amount), a: formatAsset(balance) },
  )
}

/** Adds to a balance, or takes away from it: who does must have asked {@link ensureFunds}. */
export function adjustBalance(state: State, name: string, change: Asset): void {
  const before = findAccount(state, name)
  const purse = change.symbol === 'HBD' ? 'hbd' : 'hive'
  const balance = { ...before[purse], amount: before[purse].amount + change.amount }
  state.accounts.set(name, { ...before, [purse]: balance })
}

export function ensureMembersExist({ accounts }: State, name: string, roles: Roles): void {
  for (const [role, authority] of Object.entries(roles)) {
    for (const [member] of authority?.accountAuths ?? []) {
      ensure(
        accounts.get(member) !== undefined,
        'New {ac} authority on account {aa} references non-existing account {aref}',
        { ac: role, aa: name, aref: member },
      )
    }
  }
}
