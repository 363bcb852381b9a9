import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { encodeLedger } from '#contracts/snapshot.ts'
import { createProjectionStore } from '#market/adapters/postgres/projection-store.ts'
import { BlockHeight } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import {
  alice,
  anOffer,
  aRegistration,
  encoderProfile,
  sha256,
  time,
} from '#test/support/builders.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import {
  aProjectionStore,
  applyAll,
  aRange,
  dump,
  testSource,
} from '#test/support/projected-market.ts'
import { randomMarket } from '#test/support/random-market.ts'
import { createTestChain, genesis, says, startTime } from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const sampled = fc.sample(randomMarket(), { numRuns: 6, seed: 7 })

test.each(sampled.map((blocks, index) => [index, blocks] as const))(
  'market %i has the same rows block by block, in ranges, and made again from nothing',
  async (_, blocks) => {
    await using opened = await openTestDatabase()
    const store = aProjectionStore(opened)
    await applyAll(store, blocks, [1])
    const singly = await dump(opened)
    expect(singly['chain_operations']?.length).toBeGreaterThan(0)
    for (const lengths of [[blocks.length], [7, 1, 13, 2, 50]]) {
      await store.clear()
      expect((await dump(opened))['chain_jobs']).toEqual([])
      await applyAll(store, blocks, lengths)
      expect(await dump(opened)).toEqual(singly)
    }
  },
)

test('the markets above have something of everything', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const filled = new Set<string>()
  for (const blocks of sampled) {
    await store.clear()
    await applyAll(store, blocks, [blocks.length])
    for (const [table, rows] of Object.entries(await dump(opened)))
      if (rows.length > 0) filled.add(table)
  }
  expect([...filled].sort()).toEqual(Object.keys(await dump(opened)).sort())
})

const busy = [...busyMarket({ blocks: 60, jobsPerBlock: 0.5 })]

test('a range that was applied already changes nothing', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const first = aRange(genesis(), busy.slice(0, 30))
  const second = aRange(first.projected.ledger, busy.slice(30))
  expect(await store.apply(first)).toBe('applied')
  expect(await store.apply(second)).toBe('applied')
  const rows = await dump(opened)
  for (const range of [first, second]) expect(await store.apply(range)).toBe('overtaken')
  expect(await dump(opened)).toEqual(rows)
})

test('of two that apply the same range at once one does, and the other changes nothing', async () => {
  await using opened = await openTestDatabase()
  const range = aRange(genesis(), busy)
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => aProjectionStore(opened).apply(range)),
  )
  expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1)
  const rows = await dump(opened)
  await using other = await openTestDatabase()
  await aProjectionStore(other).apply(range)
  expect(rows).toEqual(await dump(other))
})

test('a range that cannot be written whole is not written at all, and is written later', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const first = aRange(genesis(), busy.slice(0, 30))
  const second = aRange(first.projected.ledger, busy.slice(30))
  await store.apply(first)
  const rows = await dump(opened)
  await opened.pool.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$;
     create trigger full_disk before update on chain_cursor for each row execute function refuse()`,
  )
  await expect(store.apply(second)).rejects.toThrow()
  expect(await dump(opened)).toEqual(rows)
  await opened.pool.query('drop trigger full_disk on chain_cursor')
  expect(await store.apply(second)).toBe('applied')
})

test('the ledger is had again from what is kept beside the tables', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const ledger = await applyAll(store, busy, [10])
  expect((await store.head())?.height).toBe(60)
  const snapshot = await store.snapshot()
  expect(snapshot?.head?.height).toBe(60)
  expect(snapshot && [...encodeLedger(snapshot)]).toEqual([...encodeLedger(ledger)])
  await opened.pool.query(
    `update chain_snapshots set state = replace(state, 'alice', 'alicf') || ' ' where height = 60`,
  )
  const older = await store.snapshot()
  expect(older?.head?.height).toBe(30)
  const blocks: LedgerBlock[] = []
  for await (const range of store.blocksFrom(BlockHeight.parse(31))) blocks.push(...range)
  expect(blocks).toEqual(busy.slice(30))
})

test('a database of another chain is refused', async () => {
  await using opened = await openTestDatabase()
  await aProjectionStore(opened).head()
  const other = { ...testSource, chainId: 'f'.repeat(64) }
  await expect(createProjectionStore(opened.database, sha256, other).head()).rejects.toMatchObject({
    code: 'data-foreign',
  })
})

test('nothing that anybody can put on the chain is too odd for a row', async () => {
  await using opened = await openTestDatabase()
  const chain = createTestChain()
  const odd = ['\u0000', '\ud800', '{"t":"\ud800\u0000"}', '"', '\\u0000', '\u{10ffff}']
  const noise = odd.map((json): readonly LedgerAction[] => [
    { type: 'custom-json', signers: [{ account: alice, role: 'posting' }], json },
  ])
  const source = { ...anOffer().source, codec: 'h264\u0000\u{10ffff}' }
  const end = time(startTime + 2 ** 31)
  const offer = anOffer({ source, bidsUntil: end, deliverBy: end })
  const prices = ['\u0000', '\u0000'].map((rendition) => ({ rendition, perMinute: offer.ceiling }))
  const encoder = { ...encoderProfile, prices }
  const registration = aRegistration({ roles: ['encoder', 'encoder'], encoder })
  chain.block(...noise, [says(alice, offer)], [says(alice, registration)])
  const store = aProjectionStore(opened)
  await applyAll(store, chain.blocks(), [1])
  const { rows } = await opened.pool.query('select refusal from chain_operations order by position')
  expect(rows.map(({ refusal }) => refusal)).toEqual([
    ...odd.map(() => expect.stringMatching(/^(not-json|malformed|unknown|not-an-object)$/)),
    null,
    null,
  ])
  const kept: LedgerBlock[] = []
  for await (const range of store.blocksFrom(BlockHeight.parse(1))) kept.push(...range)
  expect(kept).toEqual(chain.blocks())
})
