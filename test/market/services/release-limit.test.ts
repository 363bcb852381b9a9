import { expect, test } from 'vitest'
import type { Creator } from '#market/services/creator/creator.ts'
import type { JobId } from '#protocol/ids.ts'
import { account, hbd } from '#test/support/builders.ts'
import type { World } from '#test/support/world/market-world.ts'
import { createWorld } from '#test/support/world/market-world.ts'
import type { SimulatedPeer } from '#test/support/world/simulated-peer.ts'

const bob = account('bob')
const day = 86_400

type Market = { readonly world: World; readonly alice: SimulatedPeer; readonly job: JobId }

/** Alice's job, which bob does for ten times the usual price. */
async function aJob(releaseLimit?: bigint): Promise<Market> {
  const { world, alice } = await aMarket(releaseLimit)
  return { world, alice, job: await world.post(alice, 1, 100n) }
}

async function aMarket(releaseLimit?: bigint) {
  const world = createWorld(1)
  const limit = releaseLimit === undefined ? {} : { releaseLimit }
  const alice = world.join('alice', { roles: ['creator'], ...limit })
  world.join('bob', { roles: ['encoder'], pricePercent: 1_000n })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  return { world, alice }
}

function creatorOf({ alice }: Pick<Market, 'alice'>): Creator {
  const creator = alice.life()?.creator
  if (!creator) throw new Error('alice is up')
  return creator
}

const wanted = ({ alice, job }: Market) =>
  alice.events(job).flatMap((event) => (event.type === 'release-wanted' ? [event] : []))
const isHeld = (market: Market) => (): boolean => wanted(market).length > 0
const isOver =
  ({ alice, job }: Market) =>
  (): boolean =>
    ['paid', 'failed'].includes(alice.job(job)?.phase ?? '')
const known = ({ alice, job }: Market) => alice.ledger().jobs.get(job)

test('up to the limit good work is paid for without asking', async () => {
  const asked = await aJob(0n)
  await asked.world.until(isHeld(asked))
  const price = wanted(asked)[0]!.amount
  const market = await aJob(price)
  await market.world.until(isOver(market))
  expect(market.alice.job(market.job)?.phase).toBe('paid')
  expect(wanted(market)).toEqual([])
})

test('above it the work is said to be good and waits, and is paid for at its owner’s word', async () => {
  const market = await aJob(1n)
  const { world, alice, job } = market
  await world.until(isHeld(market))
  await world.run(20)
  expect(alice.job(job)?.phase).toBe('awaiting-release')
  expect(known(market)).toMatchObject({
    phase: 'delivered',
    delivered: { attestations: [{ by: account('alice'), operation: { verdict: 'pass' } }] },
  })
  expect(wanted(market)).toHaveLength(1)
  expect(wanted(market)[0]).toMatchObject({ encoder: bob })
  expect(wanted(market)[0]!.until).toBeGreaterThan(alice.ledger().head!.time)

  creatorOf(market).allowRelease(job)
  creatorOf(market).allowRelease(job)
  await world.until(isOver(market))
  expect(alice.job(job)?.phase).toBe('paid')
  expect(known(market)).toMatchObject({ phase: 'settled', toEncoder: wanted(market)[0]!.amount })
  expect(alice.events(job).some(({ type }) => type === 'rated')).toBe(true)
  world.expectSound()
})

test('a word that was given before a death is carried out after it', async () => {
  const market = await aJob(0n)
  const { world, alice, job } = market
  await world.until(isHeld(market))
  // The word is stored, and the payment that follows it is not.
  alice.arm(4)
  expect(() => creatorOf(market).allowRelease(job)).toThrow()
  await alice.stop()
  expect(alice.job(job)).toMatchObject({ phase: 'awaiting-release', allowed: true })
  alice.start()
  await world.until(isOver(market))
  expect(alice.job(job)?.phase).toBe('paid')
  world.expectSound()
})

test('an owner who says nothing leaves it to the arbiter, whom the encoder calls in time', async () => {
  const market = await aJob(0n)
  const { world, alice, job } = market
  await world.until(isHeld(market))
  await world.step(day)
  expect(alice.ledger().head!.time).toBeGreaterThan(wanted(market)[0]!.until)
  await world.until(isOver(market))
  expect(alice.job(job)?.phase).toBe('paid')
  expect(known(market)).toMatchObject({ phase: 'settled', settledBy: account('carol') })
  world.expectSound()
})

test('a job keeps the limit it was posted with, and the lesser of two counts', async () => {
  const { world, alice } = await aMarket(1_000n)
  const request = { path: 'film.mp4', ceiling: hbd(100n), releaseLimit: hbd(0n) }
  const { signal } = new AbortController()
  const job = await creatorOf({ alice }).postJob({ ...request, reference: '0'.repeat(16) }, signal)
  const market = { world, alice, job }
  await world.until(isHeld(market))
  expect(alice.job(job)?.phase).toBe('awaiting-release')
  const free = await world.post(alice, 2, 100n)
  await world.until(isOver({ ...market, job: free }))
  expect(alice.job(free)?.phase).toBe('paid')
})

test('a word for what does not wait for one is refused', async () => {
  const market = await aJob(0n)
  const creator = creatorOf(market)
  expect(() => creator.allowRelease(market.job)).toThrow(/it is offering/)
  expect(() => creator.allowRelease(market.job.replace('alice', 'nobod') as JobId)).toThrow(
    /no job/,
  )
})
