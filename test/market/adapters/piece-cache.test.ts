import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import { cid, hashHex } from '#test/support/builders.ts'

const piece = (name: string, bytes: number, place = '') => ({
  segments: [{ cid: cid(name), bytes, units: 96 }],
  place,
})

/** A cache whose time passes by one with every look at the clock. */
function openCache() {
  let tick = 0
  return createPieceCache(openDatabase(':memory:').database, { now: () => ++tick })
}

test('what is saved is found by its key, and nothing else is', () => {
  const cache = openCache()
  cache.save(hashHex('a'), piece('a', 10, '/videos/one'))
  expect(cache.find(hashHex('a'))).toEqual(piece('a', 10, '/videos/one'))
  expect(cache.find(hashHex('b'))).toBeNull()
})

test('the latest place of a piece is the one that is known', () => {
  const cache = openCache()
  cache.save(hashHex('a'), piece('a', 10, '/videos/one'))
  cache.save(hashHex('a'), piece('a', 10, '/videos/two'))
  expect(cache.find(hashHex('a'))?.place).toBe('/videos/two')
})

test('above its limit it forgets what was unused for longest', () => {
  const cache = openCache()
  for (const name of ['a', 'b', 'c']) cache.save(hashHex(name), piece(name, 10))
  cache.find(hashHex('a'))
  expect(cache.evict(30)).toEqual([])
  expect(cache.evict(15)).toEqual([hashHex('b'), hashHex('c')])
  expect(cache.find(hashHex('a'))).not.toBeNull()
  expect(cache.find(hashHex('b'))).toBeNull()
})
