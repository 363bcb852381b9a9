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
