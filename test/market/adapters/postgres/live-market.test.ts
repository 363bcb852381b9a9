import { expect, test, vi } from 'vitest'
import { createLiveMarket } from '#market/adapters/postgres/live-market.ts'
import type { SealedBid } from '#protocol/bid.ts'
import type { Presence } from '#protocol/presence.ts'
import type { Progress } from '#protocol/progress.ts'
import {
  aBid,
  account,
  alice,
  anOffer,
  bob,
  carol,
  cid,
  hashHex,
  hbd,
  jobId,
  time,
} from '#test/support/builders.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const job = jobId('alice')
const start = 1_000_000_000

const aReport = (overrides: Partial<Progress> = {}): Progress => ({
  ...{ v: 1, type: 'progress', job, encoder: bob },
  ...{ sequence: 1, stage: 'encoding', percent: 12.5 },
  ...overrides,
})

const aSeal = (overrides: Partial<SealedBid>): SealedBid => ({
  ...{ v: 1, type: 'sealed-bid', job, encoder: bob, bid: hashHex('bid'), expires: time(0) },
  ...overrides,
})

const here = (name: string, at: number, freeSlots = 1): Presence => ({
  ...{ v: 1, type: 'presence', account: account(name), at: time(at), freeSlots },
})

async function aLiveMarket() {
  const opened = await openTestDatabase()
  let passed = 0
  const live = createLiveMarket(
    { database: opened.database, now: () => start + passed },
    { offerMs: 30_000, bidMs: 60_000, progressMs: 10_000, presenceMs: 5_000 },
  )
  return {
    live,
    pool: opened.pool,
    wait: (milliseconds: number) => {
      passed += milliseconds
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

test('bids are told the cheapest first, one of each encoder, until they expire', async () => {
  await using market = await aLiveMarket()
  const { live } = market
  const late = time(start / 1_000 + 1_000_000)
  await live.keepOffer(anOffer({ job }))
  const soon = time(start / 1_000 + 30)
  await live.keepBid(aBid({ encoder: bob, price: hbd(9n), expires: late }))
  await live.keepBid(aBid({ encoder: carol, price: hbd(4n), expires: soon }))
  const better = aBid({ encoder: bob, price: hbd(5n), expires: late })
  await live.keepBid(better)
  await live.keepBid(aBid({ job: jobId('bob'), expires: late }))
  const bids = await live.bids(job)
  expect(bids.map(({ encoder, price }) => [encoder, price])).toEqual([
    [carol, 4n],
    [bob, 5n],
  ])
  market.wait(30_000)
  expect(await live.bids(job)).toEqual([better])
  market.wait(30_000)
  expect(await live.bids(job)).toEqual([])
})

test('an encoder has one seal, its first, and counts once among the bidders', async () => {
  await using market = await aLiveMarket()
  const { live } = market
  const expires = time(start / 1_000 + 30)
  await live.keepOffer(anOffer({ job }))
  const first = aSeal({ encoder: bob, expires })
  await live.keepSeal(first)
  await live.keepSeal({ ...first, bid: hashHex('another') })
  await live.keepSeal(aSeal({ encoder: carol, expires }))
  await live.keepBid(aBid({ encoder: bob, expires }))
  expect(await live.seals(job)).toEqual([first, aSeal({ encoder: carol, expires })])
  expect(await live.countBids([job, jobId('bob')])).toEqual(new Map([[job, 2]]))
  market.wait(30_000)
  expect([await live.seals(job), await live.countBids([job])]).toEqual([[], new Map()])
  const later = { ...first, bid: hashHex('another'), expires: time(start / 1_000 + 60) }
  await live.keepSeal(later)
  expect(await live.seals(job)).toEqual([later])
})

test('an offer is told until the chain has it, or for minutes', async () => {
  await using market = await aLiveMarket()
  const { live } = market
  const first = anOffer({ job: jobId('alice') })
  const second = anOffer({ job: jobId('bob') })
  for (const offer of [second, first, first]) await live.keepOffer(offer)
  expect(await live.offers(10)).toEqual([first, second])
  expect(await live.offers(1)).toEqual([first])
  expect(await live.offer(second.job)).toEqual(second)
  await market.pool.query(
    `insert into chain_jobs (id, phase, creator, ceiling, is_disputed, offered_height, record)
     values ($1, 'offered', 'alice', 1, false, 1, '{}')`,
    [first.job],
  )
  expect(await live.offers(10)).toEqual([second])
  market.wait(30_000)
  expect([await live.offers(10), await live.offer(second.job)]).toEqual([[], null])
})

test('a bid for a job that nobody has heard of is soon forgotten', async () => {
  await using market = await aLiveMarket()
  const { live } = market
  const expires = time(start / 1_000 + 1_000_000)
  await live.keepOffer(anOffer({ job }))
  await live.keepBid(aBid({ job, expires }))
  await live.keepBid(aBid({ job: jobId('bob'), expires }))
  const both = [job, jobId('bob')]
  expect(await live.countBids([...both, jobId('carol')])).toEqual(
    new Map(both.map((each) => [each, 1])),
  )
  market.wait(30_000)
  expect(await live.countBids(both)).toEqual(new Map([[job, 1]]))
  expect(await live.countBids([])).toEqual(new Map())
})

test('an older report never replaces a newer one', async () => {
  await using market = await aLiveMarket()
  const { live } = market
  const newest = aReport({ sequence: 7, percent: 80, speed: 2.5, etaSeconds: 9, preview: cid('a') })
  for (const sequence of [3, 7, 5, 7])
    await live.keepProgress(sequence === 7 ? newest : aReport({ sequence }))
  expect(await live.progress(job)).toEqual([newest])
  const last = aReport({ sequence: 8, stage: 'uploading', percent: 99 })
  await live.keepProgress(last)
  expect(await live.progress(job)).toEqual([last])
  market.wait(10_000)
  expect(await live.progress(job)).toEqual([])
})

test('who says nothing for a while is not there', async () => {
  await using market = await aLiveMarket()
  const { live } = market
  await live.keepPresence(here('bob', 100, 4))
  await live.keepPresence(here('bob', 90, 9))
  market.wait(3_000)
  await live.keepPresence(here('carol', 103))
  expect(await live.present([alice, bob, carol])).toEqual([here('bob', 100, 4), here('carol', 103)])
  expect(await live.countPresent()).toBe(2)
  market.wait(3_000)
  expect(await live.present([alice, bob, carol])).toEqual([here('carol', 103)])
  expect(await live.present([])).toEqual([])
})

test('what has ended is swept, and nothing else', async () => {
  await using market = await aLiveMarket()
  const { live } = market
  await live.keepPresence(here('bob', 100))
  await live.keepProgress(aReport())
  await live.keepBid(aBid({ expires: time(start / 1_000 + 1_000) }))
  market.wait(6_000)
  expect(await live.sweep()).toBe(1)
  market.wait(100_000)
  expect(await live.sweep()).toBe(2)
  expect(await live.sweep()).toBe(0)
})

test('the tables are kept out of the log of changes, because they may be lost', async () => {
  await using market = await aLiveMarket()
  const { rows } = await market.pool.query(
    `select relname from pg_class where relname like 'live\\_%' and relkind = 'r' and relpersistence = 'u' order by 1`,
  )
  expect(rows.map(({ relname }) => relname)).toEqual([
    'live_bids',
    'live_offers',
    'live_presence',
    'live_progress',
    'live_seals',
  ])
})
