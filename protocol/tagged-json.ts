import { canonicalJson, sortedNames } from './canonical.ts'

/**
 * Maps, sets and bigints as plain JSON values, each under a key that no record of ours uses; `undefined` members are left out.
 * Maps and sets are sorted by key, so equal values have equal forms.
 */
export function toTagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (value instanceof Map) {
    const entries = [...value].sort(([left], [right]) => compare(String(left), String(right)))
    return { $map: entries.map(([key, member]) => [key, toTagged(member)]) }
  }
  if (value instanceof Set) {
    return { $set: [...value].sort((left, right) => compare(String(left), String(right))) }
  }
  if (Array.isArray(value)) return value.map(toTagged)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toTagged(member)]),
  )
}

/** The canonical JSON of {@link toTagged}'s values, made in one go: a ledger hashes thousands of them. */
export function taggedJson(value: unknown): string {
  if (typeof value === 'bigint') return `{"$bigint":"${value}"}`
  if (!isObject(value)) return canonicalJson(value)
  if (Array.isArray(value)) {
    let members = ''
    for (const member of value) members += `,${taggedJson(member)}`
    return `[${members.slice(1)}]`
  }
  if (value instanceof Map || value instanceof Set) return canonicalJson(toTagged(value))
  let members = ''
  for (const name of sortedNames(value)) {
    const member = value[name]
    if (member !== undefined) members += `,${memberName(name)}${taggedJson(member)}`
  }
  return `{${members.slice(1)}}`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Names of members as they stand in JSON: the same few come again and again. */
const knownNames = new Map<string, string>()
const mostKnownNames = 1_000

function memberName(name: string): string {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const text = `${canonicalJson(name)}:`
  if (knownNames.size < mostKnownNames) knownNames.set(name, text)
  return text
}

/** The inverse of {@link toTagged}, for values this program wrote itself: shapes are not validated. */
export function fromTagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromTagged)
  if (typeof value !== 'object' || value === null) return value
  if ('$bigint' in value) return BigInt(String(value.$bigint))
  if ('$map' in value && Array.isArray(value.$map)) {
    return new Map(value.$map.map(([key, member]: [unknown, unknown]) => [key, fromTagged(member)]))
  }
  if ('$set' in value && Array.isArray(value.$set)) return new Set(value.$set)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromTagged(member)]))
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
