import { expect, test } from 'vitest'
import type { Selection } from '#market/domain/selection.ts'
import { usualSelection } from '#market/domain/selection.ts'
import type { Creator } from '#market/services/creator/creator.ts'
import type { JobId } from '#protocol/ids.ts'
import { account, hashHex } from '#test/support/builders.ts'
import type { World } from '#test/support/world/market-world.ts'
import { createWorld } from '#test/support/world/market-world.ts'
import type { SimulatedPeer } from '#test/support/world/simulated-peer.ts'

const [bob, dave] = [account('bob'), account('dave')]

type Market = { readonly world: World; readonly alice: SimulatedPeer; readonly job: JobId }

/** Alice's job, for which bob bids and dave, who asks half as much again. */
async function aJob(selection: Partial<Selection>, seed = 1): Promise<Market> {
  const world = createWorld(seed)
  const chosen = { ...usualSelection, ...selection }
  const alice = world.join('alice', { roles: ['creator'], selection: chosen })
  world.join('bob', { roles: ['encoder'], pricePercent: 1_000n })
  world.join('dave', { roles: ['encoder'], pricePercent: 1_500n })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  return { world, alice, job: await world.post(alice, 1, 100n) }
}

function creatorOf({ alice }: Market): Creator {
  const creator = alice.life()?.creator
  if (!creator) throw new Error('alice is up')
  return creator
}

const awardedTo = ({ alice, job }: Market): string | undefined => {
  const told = alice.events(job).find(({ type }) => type === 'award-signed')
  return told?.type === 'award-signed' ? told.encoder : undefined
}
const wasAsked =
  ({ alice, job }: Market) =>
  (): boolean =>
    alice.events(job).some(({ type }) => type === 'choice-wanted')
const isOver =
  ({ alice, job }: Market) =>
  (): boolean =>
    ['paid', 'failed'].includes(alice.job(job)?.phase ?? '')

test('bids are listed best first, each with what its rank follows from', async () => {
  const market = await aJob({ mode: 'manual' })
  await market.world.until(wasAsked(market))
  const { bids, mode, awarded, choiceUntil } = creatorOf(market).bidsFor(market.job)
  expect({ mode, awarded }).toEqual({ mode: 'manual', awarded: null })
  expect(choiceUntil).toBeGreaterThan(market.alice.ledger().head?.time ?? 0)
  expect(bids).toMatchObject([
    { encoder: bob, rank: 1, excluded: null, cost: { classPercent: 0 } },
    { encoder: dave, rank: 2, excluded: null, cost: { classPercent: 0 } },
  ])
  for (const { price, cost } of bids) expect(cost.allInAll).toBeGreaterThan(price)
})

test('whoever is asked can take another bid than the best one, and it is paid for', async () => {
  const market = await aJob({ mode: 'ask' })
  await market.world.until(wasAsked(market))
  expect(market.alice.job(market.job)?.phase).toBe('bidding')
  const creator = creatorOf(market)
  const [, second] = creator.bidsFor(market.job).bids
  creator.chooseBid(market.job, second!.bid)
  await market.world.until(isOver(market))
  expect(awardedTo(market)).toBe(dave)
  expect(market.alice.job(market.job)?.phase).toBe('paid')
  market.world.expectSound()
})

test('whoever is asked and does not answer gets the best bid while it is firm', async () => {
  const market = await aJob({ mode: 'ask' })
  await market.world.until(wasAsked(market))
  await market.world.until(isOver(market))
  expect(awardedTo(market)).toBe(bob)
  expect(market.alice.job(market.job)?.phase).toBe('paid')
})

test('where only the owner chooses, no choice is no award, and it costs nothing', async () => {
  const market = await aJob({ mode: 'manual' })
  await market.world.until(isOver(market))
  expect(awardedTo(market)).toBeUndefined()
  expect(market.alice.job(market.job)).toMatchObject({ phase: 'failed', code: 'choice-missing' })
  expect(
    market.alice.events(market.job).filter(({ type }) => type === 'choice-wanted'),
  ).not.toEqual([])
  market.world.expectSound()
})

test('a choice that is made before a restart is awarded after it', async () => {
  const market = await aJob({ mode: 'manual' })
  const { world, alice, job } = market
  await world.until(wasAsked(market))
  const [, second] = creatorOf(market).bidsFor(job).bids
  // The choice is stored, and the award that follows it is not.
  alice.arm(4)
  expect(() => creatorOf(market).chooseBid(job, second!.bid)).toThrow()
  await alice.stop()
  expect(alice.job(job)).toMatchObject({ phase: 'bidding', chosen: second!.bid })
  expect(awardedTo(market)).toBeUndefined()
  alice.start()
  await world.until(isOver(market))
  expect(awardedTo(market)).toBe(dave)
})

test('nothing is chosen before the offer is in a block', async () => {
  const market = await aJob({ mode: 'manual' })
  expect(market.alice.job(market.job)?.phase).toBe('offering')
  expect(() => creatorOf(market).chooseBid(market.job, hashHex('a bid'))).toThrow(/in a moment/)
})

test('what is not there to be chosen is refused, and changes nothing', async () => {
  const market = await aJob({ mode: 'manual' })
  const { world, alice, job } = market
  await world.until(wasAsked(market))
  const creator = creatorOf(market)
  const before = alice.job(job)
  expect(() => creator.chooseBid(job, hashHex('another bid'))).toThrow(/withdrawn or replaced/)
  expect(() =>
    creator.chooseBid(`${job}0`.replace('alice', 'nobod') as JobId, hashHex('x')),
  ).toThrow(/no job/)
  expect(alice.job(job)).toEqual(before)
  creator.chooseBid(job, creator.bidsFor(job).bids[0]!.bid)
  expect(() => creator.chooseBid(job, hashHex('x'))).toThrow(/not open for bids/)
})

test.each([['is blocked', { blocked: [bob], reputationFloor: 0 }]])(
  'an encoder that %s is never awarded, and listed with the reason',
  async (_, rules) => {
    const market = await aJob({ rules })
    await market.world.until(isOver(market))
    expect(awardedTo(market)).toBe(dave)
    const listed = creatorOf(market)
      .bidsFor(market.job)
      .bids.find(({ encoder }) => encoder === bob)
    expect(listed).toMatchObject({ rank: null, excluded: 'blocked by the creator' })
  },
)

test('a floor for reputation keeps those out who are below it', async () => {
  const market = await aJob({ rules: { blocked: [], reputationFloor: 900 } })
  await market.world.until(isOver(market))
  expect(market.alice.job(market.job)).toMatchObject({ phase: 'failed', code: 'no-bids' })
})
