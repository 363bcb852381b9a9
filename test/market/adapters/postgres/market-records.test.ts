import { drizzle } from 'drizzle-orm/node-postgres'
import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { createChainQueries } from '#market/adapters/postgres/chain-queries.ts'
import { createLiveMarket } from '#market/adapters/postgres/live-market.ts'
import { createMarketRecords } from '#market/adapters/postgres/market-records.ts'
import type { Page, PageOptions } from '#market/ports/chain-queries.ts'
import type { EncodersQuestion } from '#market/ports/market-records.ts'
import type { EncoderProfile } from '#protocol/encoder.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import {
  account,
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
  time,
} from '#test/support/builders.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { randomMarket } from '#test/support/random-market.ts'
import {
  approves,
  createTestChain,
  funds,
  releases,
  says,
  startTime,
  virtually,
} from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const patient = { timeout: 20_000, interval: 100 }

async function allPages<Row>(
  ask: (page: PageOptions) => Promise<Page<Row>>,
  limit: number,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  let after: string | undefined
  do {
    const page = await ask({ limit, after })
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    rows.push(...page.rows)
    after = page.next ?? undefined
  } while (after !== undefined)
  return rows
}

const encodes = (encoder: Partial<EncoderProfile> = {}) =>
  aRegistration({ roles: ['encoder'], encoder: { ...encoderProfile, ...encoder } })

/** One job of 30 seconds for 3, paid in two parts of which the second comes back; the arbiter has 1. */
function aPaidJob() {
  const chain = createTestChain()
  const [offer, award] = [anOffer(), anAward()]
  chain.block(
    [says(bob, encodes())],
    [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
    [says(alice, offer)],
  )
  chain.block([funds(award), says(alice, award)])
  chain.block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)])
  chain.skip(1_400)
  chain.block([says(bob, aDelivery(offer))])
  chain.block([releases(award, alice, bob, hbd(2n))])
  chain.block([releases(award, bob, alice, hbd(1n))])
  return chain
}

test('a series has every hour, with jobs, money, prices and times of what happened in it', async () => {
  await using opened = await openTestDatabase()
  await applyAll(aProjectionStore(opened), aPaidJob().blocks(), [500])
  const { at, buckets } = await createMarketRecords(opened.database).series({
    bucketSeconds: 3_600,
    buckets: 4,
  })
  expect(at?.height).toBe(1_406)
  const nothing = { acceptedJobs: 0, deliveredJobs: 0, videoSeconds: 0, escrowed: 0n, paid: 0n }
  // Blocks begin 13:46:43 past midnight, so that the delivery is an hour later.
  expect(buckets).toMatchObject([
    { start: 990_000, ...nothing, medianPrice: null, medianDeliverySeconds: null },
    { start: 993_600, ...nothing },
    { start: 997_200, acceptedJobs: 1, escrowed: 3n, medianPrice: 3n, medianPricePerMinute: 6n },
    {
      ...{ start: 1_000_800, acceptedJobs: 0, deliveredJobs: 1, videoSeconds: 30 },
      ...{ paid: 2n, returned: 1n, medianDeliverySeconds: 4_203, slowDeliverySeconds: 4_203 },
    },
  ])
})

test('what everybody had is what the escrows of all jobs gave away, in hours as in days', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const records = createMarketRecords(opened.database)
  let moved = 0n
  for (const blocks of fc.sample(randomMarket(), { numRuns: 6, seed: 7 })) {
    await store.clear()
    await applyAll(store, blocks, [20])
    const [day] = (await createChainQueries(opened.database).figures({ from: 0, to: 2e9 })).days
    const { buckets } = await records.series({ bucketSeconds: 3_600, buckets: 48 })
    const inHours = (of: 'paid' | 'returned') => buckets.reduce((sum, each) => sum + each[of], 0n)
    const [pay, back] = [
      await records.received({ account: bob }),
      await records.received({ account: alice }),
    ]
    expect([inHours('paid'), inHours('returned')]).toEqual([day?.paid ?? 0n, day?.returned ?? 0n])
    expect([pay.encoder, back.creator]).toEqual([inHours('paid'), inHours('returned')])
    const fees = await records.received({ account: carol })
    expect(fees.arbiter).toBe(BigInt(day?.acceptedJobs ?? 0))
    for (const who of [alice, bob, carol]) {
      const rows = await allPages((page) => records.receipts({ account: who }, page), 2)
      const total = Object.values(await records.received({ account: who }))
      expect(rows.reduce((sum, { amount }) => sum + amount, 0n)).toBe(
        total.reduce((sum, amount) => sum + amount, 0n),
      )
      const heights = rows.map(({ height }) => height)
      expect(heights).toEqual(heights.toSorted((left, right) => right - left))
    }
    moved += inHours('paid') + inHours('returned') + fees.arbiter
  }
  expect(moved).toBeGreaterThan(3n)
})

test('what somebody had is told with block, transaction, job and role, and can be asked by time and role', async () => {
  await using opened = await openTestDatabase()
  const chain = aPaidJob()
  await applyAll(aProjectionStore(opened), chain.blocks(), [500])
  const { receipts } = createMarketRecords(opened.database)
  const of = async (question: Parameters<typeof receipts>[0]) =>
    (await receipts(question, { limit: 10 })).rows
  const { job } = anOffer()
  expect(await of({ account: bob })).toMatchObject([
    { height: 1_405, role: 'encoder', job, amount: 2n, time: startTime + 3 * 1_405 },
  ])
  expect(await of({ account: carol })).toMatchObject([{ height: 3, role: 'arbiter', amount: 1n }])
  const [back] = await of({ account: alice })
  expect(back).toMatchObject({ height: 1_406, role: 'creator', amount: 1n })
  const known = chain.blocks().flatMap(({ operations }) => operations)
  expect(known.map(({ transaction }) => transaction)).toContain(back?.transaction)
  expect(await of({ account: bob, role: 'arbiter' })).toEqual([])
  expect(await of({ account: bob, to: startTime + 3 * 1_405 })).toEqual([])
  expect(await of({ account: bob, from: startTime + 3 * 1_405 })).toHaveLength(1)
})

test('a price list is told when it changes, and when nothing is offered any more', async () => {
  await using opened = await openTestDatabase()
  const chain = createTestChain()
  const asks = (milli: bigint) => [{ rendition: '480p', perMinute: hbd(milli) }]
  const update = (milli: bigint) =>
    says(bob, { v: 1, t: 'node.update', encoder: { prices: asks(milli) } })
  const moved = says(bob, { v: 1, t: 'node.update', addresses: [] })
  chain.block([says(bob, encodes())])
  chain.block([moved], [update(5n)], [says(alice, aRegistration())])
  chain.block([update(7n), update(8n)], [update(8n)])
  chain.block([says(bob, { v: 1, t: 'node.retire' })])
  chain.block([update(9n)])
  chain.block([says(bob, encodes({ prices: asks(6n) }))])
  chain.block([says(bob, aRegistration())])
  for (const lengths of [[1], [3], [7]]) {
    const store = aProjectionStore(opened)
    await store.clear()
    await applyAll(store, chain.blocks(), lengths)
    const { prices } = createMarketRecords(opened.database)
    const lists = await allPages((page) => prices(bob, page), 2)
    expect(lists.map((list) => [list.height, list.prices?.[0]?.perMinute ?? null])).toEqual([
      ...[
        [7, null],
        [6, 6n],
        [4, null],
      ],
      ...[
        [3, 8n],
        [3, 7n],
        [1, 5n],
      ],
    ])
    expect(await allPages((page) => prices(alice, page), 2)).toEqual([])
  }
})

describe('of five encoders,', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>
  const [anna, bert, cleo] = [account('anna'), account('bert'), account('cleo')]
  const [dora, emil] = [account('dora'), account('emil')]
  beforeAll(async () => {
    opened = await openTestDatabase()
    const chain = createTestChain()
    const prices = (...milli: bigint[]) =>
      milli.map((each, index) => ({ rendition: `${480 + index}p`, perMinute: hbd(each) }))
    const capable = (codec: 'h264' | 'av1', speed: number) =>
      ({ codec, encoder: 'libany', hwAccel: 'none', maxResolution: '720p', speed }) as const
    chain.block(
      [says(anna, encodes({ prices: prices(5n, 5n), capabilities: [capable('h264', 900)] }))],
      [says(bert, encodes({ prices: prices(3n), hwAccel: 'nvenc' }))],
      [
        says(cleo, {
          ...encodes({ prices: prices(3n), capabilities: [capable('h264', 4_000)] }),
          region: 'DE',
        }),
      ],
      [
        says(
          dora,
          encodes({
            ...{ prices: prices(2n ** 62n, 2n ** 62n, 2n ** 62n) },
            capabilities: [capable('av1', 9_000), capable('h264', 900)],
          }),
        ),
      ],
      [says(emil, encodes())],
      [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
    )
    chain.block([says(emil, { v: 1, t: 'node.retire' })])
    await applyAll(aProjectionStore(opened), chain.blocks(), [2])
    return () => opened[Symbol.asyncDispose]()
  }, 60_000)

  const listed = async (question: EncodersQuestion, limit = 10) => {
    const { encoders } = createMarketRecords(opened.database)
    return (await allPages((page) => encoders(question, page), limit)).map((row) => row.account)
  }

  test('those who are registered still are listed in the order that is asked for, on pages of any length', async () => {
    for (const limit of [1, 3, 10]) {
      expect(await listed({ order: 'price' }, limit)).toEqual([bert, cleo, anna, dora])
      expect(await listed({ order: 'speed' }, limit)).toEqual([cleo, dora, anna, bert])
      expect(await listed({ order: 'score' }, limit)).toEqual([dora, cleo, bert, anna])
    }
  })

  test('only those are listed who have what is asked for', async () => {
    expect(await listed({ order: 'price', codec: 'av1' })).toEqual([dora])
    expect(await listed({ order: 'price', codec: 'h264', leastSpeed: 900 })).toEqual([
      cleo,
      anna,
      dora,
    ])
    expect(await listed({ order: 'price', hwAccel: 'nvenc' })).toEqual([bert])
    expect(await listed({ order: 'price', mostPerMinute: 9n })).toEqual([bert, cleo])
    expect(await listed({ order: 'price', region: 'DE' })).toEqual([cleo])
    expect(await listed({ order: 'price', region: 'FR' })).toEqual([])
  })

  test('who is there is whoever says so', async () => {
    const now = 1_700_000_000_000
    const live = createLiveMarket(
      { database: opened.database, now: () => now },
      { presenceMs: 1_000 },
    )
    await live.keepPresence({ v: 1, type: 'presence', account: cleo, at: time(9), freeSlots: 1 })
    const present = (milliseconds: number) =>
      listed({ order: 'price', presentAt: new Date(now + milliseconds) })
    expect(await present(0)).toEqual([cleo])
    expect(await present(1_000)).toEqual([])
  })

  test('a place of one order is none of another', async () => {
    const { encoders } = createMarketRecords(opened.database)
    const { next } = await encoders({ order: 'price' }, { limit: 1 })
    for (const after of [next ?? '', 'x', 'W10'])
      await expect(encoders({ order: 'speed' }, { limit: 1, after })).rejects.toMatchObject({
        code: 'cursor-unknown',
      })
  })
})

test('no question reads a whole table, and sums are read from indexes alone', async () => {
  await using opened = await openTestDatabase()
  await applyAll(aProjectionStore(opened), [...busyMarket({ blocks: 300, jobsPerBlock: 2 })], [100])
  // A page that another transaction might not see yet is looked up, index or not.
  const settled = `select 1 from pg_class where relname in ('chain_job_events', 'chain_receipts') and relallvisible > 0.9 * relpages`
  await expect
    .poll(async () => {
      await opened.pool.query('vacuum analyze')
      return (await opened.pool.query(settled)).rowCount
    }, patient)
    .toBe(2)
  const asked: { sql: string; params: unknown[] }[] = []
  const database = drizzle(opened.pool, {
    casing: 'snake_case',
    logger: { logQuery: (sql, params) => asked.push({ sql, params }) },
  })
  const records = createMarketRecords(database)
  const someone = account('encoder7')
  await records.series({ bucketSeconds: 3_600, buckets: 1 })
  const { next } = await records.receipts({ account: someone }, { limit: 3 })
  await records.receipts({ account: someone }, { limit: 3, after: next ?? '' })
  await records.received({ account: someone })
  await records.received({ account: someone, role: 'encoder', from: startTime + 900 })
  await records.prices(someone, { limit: 3 })
  const selects = asked.filter(({ sql }) => sql.startsWith('select'))
  expect(selects.length).toBeGreaterThan(8)
  for (const { sql, params } of selects) {
    const { rows } = await opened.pool.query(`explain (format json) ${sql}`, params)
    const plan = JSON.stringify(rows)
    // Tables of a few hundred rows are cheapest to read whole.
    const whole = plan.match(/"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g) ?? []
    expect([sql, whole.filter((scan) => !/cursor|prices"/.test(scan))]).toEqual([sql, []])
    if (/percentile|count\(\*\)|sum\(/.test(sql))
      expect([sql, plan]).toEqual([sql, expect.stringContaining('Index Only Scan')])
  }
})
