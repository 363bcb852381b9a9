import { expect, test } from 'vitest'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { createMarketFeed } from '#market/services/market-feed.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { aBid, account, anOffer, bob, hbd, jobId } from '../../support/builders.ts'
import { genesis, testNetwork } from '../../support/test-chain.ts'
import { createWorld } from '../../support/world/market-world.ts'

const clock = { now: () => 5_000 }
const viewOf = (ledger: () => Ledger) => ({
  current: ledger,
  isSynced: () => true,
  isTrusted: () => true,
})
const typesOf = (events: readonly MarketEvent[]): readonly string[] =>
  events.map(({ type }) => type)

test('tells a job from offer to settlement once, whatever it heard before, and begins again where the ledger is', async () => {
  const world = createWorld()
  const alice = world.join('alice', { roles: ['creator'] })
  world.join('bob', { roles: ['encoder'] })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const id = await world.post(alice)
  await world.until(() => alice.job(id)?.phase === 'paid')

  let ledger = genesis()
  const events: MarketEvent[] = []
  const feed = createMarketFeed({ ledger: viewOf(() => ledger), clock })
  feed.watch((event) => events.push(event))
  feed.heardOffer(anOffer({ job: id }))
  let halfway: readonly MarketEvent[] = []
  for (const block of world.chain.blocks) {
    const folded = foldBlocks(ledger, [block], testNetwork)
    ledger = folded.ledger
    feed.folded(folded.records)
    const again = createMarketFeed({ ledger: viewOf(() => ledger), clock }).past()
    if (again.length > halfway.length) halfway = again
  }

  expect(typesOf(events)).toEqual(['offered', 'awarded', 'accepted', 'delivered', 'settled'])
  expect(events.at(-1)).toMatchObject({ encoder: 'bob', toCreator: 0n, at: expect.any(Number) })
  expect(typesOf(halfway)).toEqual(['offered', 'awarded', 'accepted', 'delivered'])
  expect(new Set(events.map(({ job }) => job))).toEqual(new Set([id]))
})

test('keeps the last bid of each encoder, and tells each', () => {
  const feed = createMarketFeed({ ledger: viewOf(genesis), clock })
  const told: MarketEvent[] = []
  const leave = feed.watch((event) => told.push(event))
  feed.heardBid(aBid({ price: hbd(5n) }))
  feed.heardBid(aBid({ price: hbd(4n) }))
  leave()
  feed.heardBid(aBid({ encoder: account('erin') }))
  expect(told).toHaveLength(2)
  expect(feed.past()).toMatchObject([{ encoder: bob, price: 4n }, { encoder: 'erin' }])
})

test('remembers so many jobs and so much of each', () => {
  const limits = { jobs: 2, eventsOfJob: 3 }
  const feed = createMarketFeed({ ledger: viewOf(genesis), clock }, limits)
  for (let index = 0; index < 10; index += 1) {
    feed.heardBid(aBid({ job: jobId('alice', 1), encoder: account(`encoder-${index}`) }))
    feed.heardBid(aBid({ job: jobId('alice', 2 + index) }))
    feed.heardBid(aBid({ job: jobId('alice', 1), encoder: account(`encoder-${index}`) }))
  }
  expect(feed.past().length).toBeLessThanOrEqual(2 * 3)
  expect(new Set(feed.past().map(({ job }) => job)).size).toBe(2)
})
