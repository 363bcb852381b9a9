import { compareText } from './account-name.ts'
import { publicKeyBytes } from './public-key.ts'

export type Weighted = readonly [member: string, weight: number]

/** Who may act for a role of an account: keys and accounts with weights, of which `weightThreshold` must come together. */
export type Authority = {
  readonly weightThreshold: number
  readonly accountAuths: readonly Weighted[]
  readonly keyAuths: readonly Weighted[]
}

export type RequiredAuthorities = {
  readonly owner: readonly string[]
  readonly active: readonly string[]
  readonly posting: readonly string[]
}

export function singleKeyAuthority(key: string): Authority {
  return { weightThreshold: 1, accountAuths: [], keyAuths: [[key, 1]] }
}

/** Members in hived's order, each once: names as text, keys by their bytes. A member's first weight counts. */
export function canonicalAuthority({
  weightThreshold,
  accountAuths,
  keyAuths,
}: Authority): Authority {
  return {
    weightThreshold,
    accountAuths: flatMap(accountAuths, (name) => name),
    keyAuths: flatMap(keyAuths, (key) => publicKeyBytes(key).toString('hex')),
  }
}

function flatMap(
  members: readonly Weighted[],
  order: (member: string) => string,
): readonly Weighted[] {
  const weights = new Map<string, number>()
  for (const [member, weight] of members) {
    if (!weights.has(member)) weights.set(member, weight)
  }
  return [...weights].sort(([a], [b]) => compareText(order(a), order(b)))
}
