import type { Authority, RequiredAuthorities, Weighted } from '../hive/authority.ts'
import { authority as authorityField } from '../hive/authority-field.ts'
import { HiveError } from '../hive/hive-error.ts'
import { limits } from '../hive/limits.ts'
import type { Account } from '../state/account.ts'
import type { Table } from '../state/table.ts'

type Role = 'owner' | 'active' | 'posting'
type Accounts = Pick<Table<Account>, 'get'>

/** One check of one transaction. Look-ups are counted over all of its accounts, as hived does since hard fork 28. */
type Search = {
  readonly accounts: Accounts
  readonly keys: ReadonlySet<string>
  readonly role: Role
  readonly approved: Set<string>
  lookups: number
}

/**
 * hived's `verify_authority` since hard fork 28: a role is only satisfied by itself (an active key does not post), roles
 * may be mixed in one transaction, and signatures that nobody asked for do no harm. Throws a HiveError.
 */
export function verifyAuthority(
  required: RequiredAuthorities,
  keys: ReadonlySet<string>,
  accounts: Accounts,
): void {
  const search: Search = { accounts, keys, role: 'posting', approved: new Set(), lookups: 0 }
  for (const name of required.posting) {
    if (!isSatisfied(search, name)) throw missingPosting(accounts, name)
  }
  const active: Search = { ...search, role: 'active', approved: new Set() }
  for (const name of required.active) {
    if (!isSatisfied(active, name)) throw missingActive(accounts, name)
  }
  for (const name of required.owner) {
    if (!isMet(active, authorityOf(accounts, name, 'owner'), 0)) throw missingOwner(accounts, name)
  }
}

function isSatisfied(search: Search, name: string): boolean {
  const authority = authorityOf(search.accounts, name, search.role)
  if (search.approved.has(name)) return true
  search.lookups += 1
  return isMet(search, authority, 0)
}

/** Adds up weights, keys before accounts. An authority with forty members of which none suffices is given up. */
function isMet(search: Search, authority: Authority, depth: number): boolean {
  let weight = 0
  let members = 0
  for (const [key, share] of authority.keyAuths) {
    if (search.keys.has(key)) weight += share
    if (search.keys.has(key) && weight >= authority.weightThreshold) return true
    members += 1
    if (members >= limits.authorityMembers) return false
  }
  for (const member of authority.accountAuths) {
    const verdict = askAccount(search, member, depth)
    if (verdict === 'give up') return false
    if (verdict === 'skip') continue
    if (verdict === 'yes') weight += member[1]
    if (verdict === 'yes' && weight >= authority.weightThreshold) return true
    members += 1
    if (members >= limits.authorityMembers) return false
  }
  return weight >= authority.weightThreshold
}

/** Whether an account that is a member of an authority agrees. Too deep is skipped; too many look-ups end the search. */
function askAccount(
  search: Search,
  [name]: Weighted,
  depth: number,
): 'yes' | 'no' | 'skip' | 'give up' {
  if (search.approved.has(name)) return 'yes'
  if (depth === limits.authorityDepth) return 'skip'
  if (search.lookups >= limits.authorityLookups) return 'give up'
  search.lookups += 1
  if (!isMet(search, authorityOf(search.accounts, name, search.role), depth + 1)) return 'no'
  search.approved.add(name)
  return 'yes'
}

function authorityOf(accounts: Accounts, name: string, role: Role): Authority {
  const account = accounts.get(name)
  if (account === undefined)
    throw new HiveError('unknown-key', '{what}: ', { what: 'unknown key', subject: name })
  return account[role]
}

function missingPosting(accounts: Accounts, name: string): HiveError {
  return new HiveError('missing-posting', 'Missing Posting Authority {id}', {
    id: name,
    posting: printed(accounts, name, 'posting'),
    active: printed(accounts, name, 'active'),
    owner: printed(accounts, name, 'owner'),
  })
}

function missingActive(accounts: Accounts, name: string): HiveError {
  return new HiveError('missing-active', 'Missing Active Authority {id}', {
    id: name,
    auth: printed(accounts, name, 'active'),
    owner: printed(accounts, name, 'owner'),
  })
}

function missingOwner(accounts: Accounts, name: string): HiveError {
  return new HiveError('missing-owner', 'Missing Owner Authority {id}', {
    id: name,
    auth: printed(accounts, name, 'owner'),
  })
}

function printed(accounts: Accounts, name: string, role: Role): unknown {
  return authorityField.print(authorityOf(accounts, name, role), 'legacy')
}
