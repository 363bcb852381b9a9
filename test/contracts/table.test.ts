import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Table } from '#contracts/table.ts'
import { bytesToHex, canonicalJson, utf8 } from '#protocol/canonical.ts'
import { sha256 } from '../support/builders.ts'

/** The hash of a table as `test/vectors/README.md` defines it, from all entries at once. */
function definedHash(entries: readonly (readonly [string, unknown])[], level = 0): Uint8Array {
  const [only] = entries
  if (!only) return new Uint8Array(32)
  const leaf = (entry: readonly [string, unknown]) => sha256(utf8(canonicalJson(entry)))
  if (entries.length === 1) return leaf(only)
  if (level === 8) {
    const sorted = entries.toSorted(([left], [right]) => (left < right ? -1 : 1))
    return sha256(Buffer.concat(sorted.map(leaf)))
  }
  const branches = Array.from({ length: 16 }, (_, slot) =>
    entries.filter(([key]) => ((fnv1a(key) >> BigInt(4 * level)) & 15n) === BigInt(slot)),
  )
  return sha256(Buffer.concat(branches.map((branch) => definedHash(branch, level + 1))))
}

function fnv1a(key: string): bigint {
  let code = 0x811c9dc5n
  for (const byte of utf8(key)) code = ((code ^ BigInt(byte)) * 0x01000193n) % 2n ** 32n
  return code
}

/** Two keys whose 32-bit codes are equal, found by search. */
const twins = ['k4uzx', 'kf2ad'] as const
const keys = fc.oneof(
  fc.constantFrom(...twins, 'alice', 'bob'),
  fc.integer({ min: 0, max: 60 }).map((number) => `key-${number}`),
)
const changes = fc.array(fc.tuple(keys, fc.option(fc.nat(9))), { maxLength: 120 })

function play(list: readonly (readonly [string, number | null])[]) {
  let table = Table.from<string, number>(new Map())
  const map = new Map<string, number>()
  for (const [key, value] of list) {
    table = value === null ? table.without(key) : table.with(key, value)
    if (value === null) map.delete(key)
    else map.set(key, value)
  }
  return { table, map }
}

const sortedEntries = (map: Iterable<[string, number]>) =>
  [...map].sort(([left], [right]) => (left < right ? -1 : 1))

describe('a table', () => {
  test('holds what a map holds after the same changes', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { table, map } = play(list)
        expect(sortedEntries(table)).toEqual(sortedEntries(map))
        expect(table.size).toBe(map.size)
        for (const [key] of list) {
          expect(table.get(key)).toBe(map.get(key))
          expect(table.has(key)).toBe(map.has(key))
        }
      }),
    )
  })

  test('has the hash that its entries define, whatever was there in between', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { table, map } = play(list)
        const half = play(list.slice(0, list.length / 2)).table
        half.hash(sha256)
        expect(bytesToHex(table.hash(sha256))).toBe(bytesToHex(definedHash([...map])))
        expect(bytesToHex(Table.from(map).hash(sha256))).toBe(bytesToHex(table.hash(sha256)))
      }),
    )
  })

  test('is left as it was by whatever is made of it', () => {
    fc.assert(
      fc.property(changes, keys, (list, key) => {
        const { table } = play(list)
        const before = [sortedEntries(table), bytesToHex(table.hash(sha256)), table.size]
        table.with(key, 99).without('alice').hash(sha256)
        expect([sortedEntries(table), bytesToHex(table.hash(sha256)), table.size]).toEqual(before)
      }),
    )
  })

  test('names the keys whose values are others than in an earlier one, and no more', () => {
    fc.assert(
      fc.property(changes, changes, (list, more) => {
        const earlier = play(list)
        const later = play([...list, ...more])
        const named = [...later.table.changedSince(earlier.table)].sort()
        const all = new Set([...earlier.map.keys(), ...later.map.keys()])
        const changed = [...all].filter((key) => earlier.map.get(key) !== later.map.get(key))
        expect(named).toEqual(changed.sort())
      }),
    )
  })

  test('tells keys of one code apart', () => {
    expect(fnv1a(twins[0])).toBe(fnv1a(twins[1]))
    const [left, right] = twins
    const both = play([
      [left, 1],
      [right, 2],
    ]).table
    expect([both.get(left), both.get(right), both.size]).toEqual([1, 2, 2])
    expect(both.without(left).get(right)).toBe(2)
    expect(bytesToHex(both.without(left).hash(sha256))).toBe(
      bytesToHex(play([[right, 2]]).table.hash(sha256)),
    )
  })
})
