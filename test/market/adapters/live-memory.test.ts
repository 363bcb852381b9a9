import { expect, test } from 'vitest'
import { createLiveMemory } from '#market/adapters/memory/live-market.ts'
import { hearingItself, liveWords } from '#node/live-words.ts'
import type { SealedBid } from '#protocol/bid.ts'
import type { Presence } from '#protocol/presence.ts'
import type { Topic } from '#protocol/topics.ts'
import {
  aBid,
  account,
  anOffer,
  bob,
  carol,
  hashHex,
  hbd,
  jobId,
  time,
} from '#test/support/builders.ts'
import { sealed } from '#test/support/sealed.ts'

const start = 1_000_000_000
const job = jobId('alice')
const late = time(start / 1_000 + 1_000_000)
const minute = 60_000

function aLiveMemory(limits?: Parameters<typeof createLiveMemory>[1]) {
  const chain = new Set<string>()
  let passed = 0
  const live = createLiveMemory(
    { now: () => start + passed, isOnChain: (id) => chain.has(id) },
    limits,
  )
  const wait = (milliseconds: number): void => {
    passed += milliseconds
  }
  return { live, chain, wait }
}

const aSeal = (overrides: Partial<SealedBid>): SealedBid => ({
  ...{ v: 1, type: 'sealed-bid', job, encoder: bob, bid: hashHex('bid'), expires: late },
  ...overrides,
})

const here = (name: string, at: number): Presence => ({
  ...{ v: 1, type: 'presence', account: account(name), at: time(at), freeSlots: 1 },
})

test('bids are told the cheapest first, the newest of each encoder, until they expire', async () => {
  const { live, wait } = aLiveMemory()
  await live.keepOffer(anOffer({ job }))
  const soon = time(start / 1_000 + 30)
  await live.keepBid(aBid({ encoder: bob, price: hbd(9n), expires: late }))
  await live.keepBid(aBid({ encoder: carol, price: hbd(4n), expires: soon }))
  await live.keepBid(aBid({ encoder: bob, price: hbd(5n), expires: late }))
  const told = async () => (await live.bids(job)).map(({ encoder, price }) => [encoder, price])
  expect(await told()).toEqual([
    [carol, 4n],
    [bob, 5n],
  ])
  expect(await live.countBids([job, jobId('bob')])).toEqual(new Map([[job, 2]]))
  wait(30_000)
  expect(await told()).toEqual([[bob, 5n]])
  expect(await live.sweep()).toBe(0)
  wait(1_440 * minute)
  expect(await told()).toEqual([])
})

test('an encoder has one seal, its first, and counts once among the bidders', async () => {
  const { live, wait } = aLiveMemory()
  await live.keepOffer(anOffer({ job }))
  const expires = time(start / 1_000 + 30)
  const first = aSeal({ encoder: carol, expires })
  const bobs = aSeal({ encoder: bob, expires })
  for (const seal of [first, { ...first, bid: hashHex('another') }, bobs]) await live.keepSeal(seal)
  await live.keepBid(aBid({ encoder: bob, expires }))
  expect(await live.seals(job)).toEqual([bobs, first])
  expect(await live.countBids([job, jobId('bob')])).toEqual(new Map([[job, 2]]))
  wait(30_000)
  expect([await live.seals(job), await live.countBids([job])]).toEqual([[], new Map()])
})

test('an offer is told until the chain has it, and a bid for an unknown job for minutes only', async () => {
  const { live, chain, wait } = aLiveMemory()
  const offers = [anOffer({ job }), anOffer({ job: jobId('bob') })]
  for (const offer of offers.toReversed()) await live.keepOffer(offer)
  expect(await live.offers(10)).toEqual(offers)
  chain.add(job)
  expect(await live.offers(10)).toEqual(offers.slice(1))
  await live.keepBid(aBid({ job: jobId('carol'), encoder: bob, expires: late }))
  wait(10 * minute)
  expect(await live.offers(10)).toEqual([])
  expect(await live.bids(jobId('carol'))).toEqual([])
})

test('a flood of words crowds out the oldest words and nothing else', async () => {
  const { live } = aLiveMemory({ offers: 2, jobs: 2, bidsOfJob: 2, accounts: 2 })
  for (const number of [1, 2, 3]) {
    await live.keepOffer(anOffer({ job: jobId('alice', number) }))
    await live.keepPresence(here(`encoder-${number}`, number))
    await live.keepBid(aBid({ job, encoder: account(`encoder-${number}`), expires: late }))
  }
  expect((await live.offers(10)).map((offer) => offer.job)).toEqual([
    jobId('alice', 2),
    jobId('alice', 3),
  ])
  expect(await live.countPresent()).toBe(2)
  expect(await live.bids(job)).toHaveLength(2)
})

test('a node hears what it says itself, as others do', async () => {
  const { live } = aLiveMemory()
  const said: Topic[] = []
  const nobody = () => Promise.reject(new Error('nobody is there'))
  const network = hearingItself(
    {
      publish: async (topic) => void said.push(topic),
      ...{ call: nobody, isConnected: () => false, freeSlots: () => null, fullSince: () => null },
    },
    liveWords({ live, keepSeal: live.keepSeal }, 'spk-encoder-dev'),
  )
  await network.publish('presence', sealed('bob', here('bob', 9)))
  expect(await live.present([bob])).toEqual([here('bob', 9)])
  expect(said).toEqual(['presence'])
})
