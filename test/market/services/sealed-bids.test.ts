import { expect, test } from 'vitest'
import type { Creator } from '#market/services/creator/creator.ts'
import { bidHash } from '#protocol/envelope-body.ts'
import type { JobId } from '#protocol/ids.ts'
import { aBid, account, hashHex, hbd, sha256 } from '#test/support/builders.ts'
import { sealed } from '#test/support/sealed.ts'
import type { World } from '#test/support/world/market-world.ts'
import { createWorld } from '#test/support/world/market-world.ts'
import type { SimulatedPeer } from '#test/support/world/simulated-peer.ts'

type Market = {
  readonly world: World
  readonly alice: SimulatedPeer
  readonly bob: SimulatedPeer
  readonly dave: SimulatedPeer
  readonly job: JobId
}

/** Alice's job, for which bob and dave, who asks more, seal their bids. */
async function aSealedJob(): Promise<Market> {
  const world = createWorld(3)
  const alice = world.join('alice', { roles: ['creator'], bidding: 'sealed' })
  const bob = world.join('bob', { roles: ['encoder'], pricePercent: 1_000n })
  const dave = world.join('dave', { roles: ['encoder'], pricePercent: 1_500n })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const job = await world.post(alice, 1, 100n)
  await world.until(() => told({ alice, job }, 'bid-sealed').length === 2)
  return { world, alice, bob, dave, job }
}

const told = ({ alice, job }: Pick<Market, 'alice' | 'job'>, type: string) =>
  alice.events(job).filter((event) => event.type === type)
const phaseOf = ({ alice, job }: Market) => alice.job(job)?.phase
const isOver = (market: Market) => (): boolean => ['paid', 'failed'].includes(phaseOf(market) ?? '')

function creatorOf({ alice }: Market): Creator {
  const creator = alice.life()?.creator
  if (!creator) throw new Error('alice is up')
  return creator
}

test('nobody sees a price before all bids are sealed; then they are opened, and the best is paid', async () => {
  const market = await aSealedJob()
  const { world, alice, job } = market
  const { sealedUntil, bidsUntil } = alice.job(job)!.offer
  expect(sealedUntil).toBeLessThan(bidsUntil)
  await world.until(() => (alice.ledger().head?.time ?? 0) + 3 >= sealedUntil!)
  expect(told(market, 'bid-received')).toEqual([])
  expect(creatorOf(market).bidsFor(job).bids).toEqual([])
  await world.until(isOver(market))
  expect(phaseOf(market)).toBe('paid')
  expect(told(market, 'award-signed')).toMatchObject([{ encoder: 'bob' }])
  expect(alice.encounters('bob')).toEqual(['delivered'])
  world.expectSound()
})

test('who has sealed nothing in time cannot bid below the others, neither openly nor by a late seal', async () => {
  const market = await aSealedJob()
  const { world, alice, job } = market
  const { offer } = alice.job(job)!
  const late = aBid({ job, encoder: account('erin'), price: hbd(1n), salt: hashHex('erin') })
  const creator = creatorOf(market)
  expect(creator.receiveBid(sealed('erin', late))).toEqual({
    accepted: false,
    reason: 'the bid was not sealed in time',
  })
  await world.until(() => (alice.ledger().head?.time ?? 0) >= offer.sealedUntil!)
  const seal = { bid: bidHash(late, sha256), expires: late.expires }
  const sealing = { v: 1, type: 'sealed-bid', job, encoder: late.encoder, ...seal } as const
  expect(creator.receiveSeal(sealed('erin', sealing))).toMatchObject({ reason: 'sealing is over' })
  expect(creator.bidsFor(job).bids.map(({ encoder }) => encoder)).not.toContain('erin')
})

test('a bid that differs from its seal replaces none, and is remembered', async () => {
  const market = await aSealedJob()
  const { world, alice, dave, job } = market
  const work = dave.work(job)!
  const lower = { ...work.bid, price: hbd(1n) }
  expect(creatorOf(market).receiveBid(sealed('dave', lower))).toEqual({
    accepted: false,
    reason: 'the bid differs from what was sealed',
  })
  expect(alice.encounters('dave')).toEqual(['misrevealed'])
  const other = { v: 1, type: 'sealed-bid', job, encoder: dave.account } as const
  const seal = { ...other, bid: bidHash(lower, sha256), expires: lower.expires }
  expect(creatorOf(market).receiveSeal(sealed('dave', seal))).toMatchObject({ accepted: false })
  await world.until(isOver(market))
  expect(told(market, 'award-signed')).toMatchObject([{ encoder: 'bob' }])
})

test('who never opens its bid is passed over, and remembered', async () => {
  const market = await aSealedJob()
  const { world, alice, bob, dave, job } = market
  await bob.stop()
  await world.until(() => told(market, 'award-signed').length > 0)
  expect(told(market, 'award-signed')).toMatchObject([{ encoder: 'dave' }])
  expect(alice.encounters('bob')).toEqual(['unrevealed'])
  expect(alice.encounters('dave')).toEqual([])
  expect(dave.work(job)?.bid.salt).toBeDefined()
})

test('a restart between seal and opening opens the same bid', async () => {
  const market = await aSealedJob()
  const { world, bob, job } = market
  const before = bob.work(job)?.bidHash
  await bob.stop()
  bob.start()
  await world.until(isOver(market))
  expect(bob.work(job)?.bidHash).toBe(before)
  expect(told(market, 'award-signed')).toMatchObject([{ encoder: 'bob' }])
})
