import { describe, expect, test } from 'vitest'
import { verifyAuthority } from '#node/devchain/chain/authority-check.ts'
import type { Authority } from '#node/devchain/hive/authority.ts'
import { singleKeyAuthority } from '#node/devchain/hive/authority.ts'
import { HiveError } from '#node/devchain/hive/hive-error.ts'
import type { Account } from '#node/devchain/state/account.ts'

describe('the search for signers is bounded', () => {
  test('an account that stands in for one that stands in is asked', () => {
    const accounts = chainOf('a0', 'a1', 'a2')
    expect(isAuthorized('a0', accounts, ['a2'])).toBe(true)
  })

  test('one further on is not', () => {
    const accounts = chainOf('a0', 'a1', 'a2', 'a3')
    expect(isAuthorized('a0', accounts, ['a3'])).toBe(false)
  })

  test('the fortieth member of an authority counts, if it signed', () => {
    const names = Array.from({ length: 40 }, (_, index) => `m${index}`)
    const accounts = { a0: membersOf(1, names.map(keyName)) }
    expect(isAuthorized('a0', accounts, ['m39'])).toBe(true)
  })

  test('what comes after forty members that did not sign does not', () => {
    const names = Array.from({ length: 40 }, (_, index) => `m${index}`)
    const accounts = {
      a0: membersOf(1, names.map(keyName), ['b0']),
      b0: membersOf(1, [keyName('b0')]),
    }
    expect(isAuthorized('a0', accounts, ['b0'])).toBe(false)
  })

  test('after 125 accounts the search is given up', () => {
    const others = 1 + branches.length
    expect(isAuthorized('a0', wideTree(124 - others), ['last'])).toBe(true)
    expect(isAuthorized('a0', wideTree(125 - others), ['last'])).toBe(false)
  })

  test('an authority that asks for no weight is satisfied without anybody', () => {
    expect(isAuthorized('a0', { a0: membersOf(0, []) }, [])).toBe(true)
  })
})

type Authorities = Readonly<Record<string, Authority>>

/** Stands for a public key: the search only compares them. */
function keyName(name: string): string {
  return `key of ${name}`
}

function membersOf(
  weightThreshold: number,
  keys: readonly string[],
  accounts: readonly string[] = [],
): Authority {
  return {
    weightThreshold,
    keyAuths: keys.map((key) => [key, 1]),
    accountAuths: accounts.map((account) => [account, 1]),
  }
}

/** Each account names the next; the last has a key. */
function chainOf(...names: readonly string[]): Authorities {
  return Object.fromEntries(
    names.map((name, index) => {
      const next = names[index + 1]
      return [
        name,
        next === undefined ? singleKeyAuthority(keyName(name)) : membersOf(1, [], [next]),
      ]
    }),
  )
}

const branches = ['b0', 'b1', 'b2', 'b3']

/** `a0` names four accounts that share so many members nobody signed for, and at last one that did sign. */
function wideTree(leafCount: number): Authorities {
  const leaves = Array.from({ length: leafCount }, (_, index) => `leaf${index}`)
  const shareOf = (branch: number) =>
    leaves.filter((_, index) => index % branches.length === branch)
  return Object.fromEntries([
    ['a0', membersOf(1, [], [...branches, 'last'])],
    ...branches.map((name, branch) => [name, membersOf(1, [], shareOf(branch))]),
    ...[...leaves, 'last'].map((name) => [name, singleKeyAuthority(keyName(name))]),
  ])
}

function isAuthorized(name: string, authorities: Authorities, signers: readonly string[]): boolean {
  const accounts = {
    get: (account: string): Account | undefined => {
      const active = authorities[account]
      return active && ({ name: account, active, owner: active, posting: active } as Account)
    },
  }
  try {
    const required = { owner: [], active: [name], posting: [] }
    verifyAuthority(required, new Set(signers.map(keyName)), accounts)
    return true
  } catch (error) {
    if (error instanceof HiveError) return false
    throw error
  }
}
