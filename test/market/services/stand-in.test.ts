import { expect, test } from 'vitest'
import type { StandIns } from '#market/services/creator/stand-in.ts'
import type { JobId } from '#protocol/ids.ts'
import { account, hbd } from '#test/support/builders.ts'
import type { World } from '#test/support/world/market-world.ts'
import { createWorld } from '#test/support/world/market-world.ts'
import type { SimulatedPeer } from '#test/support/world/simulated-peer.ts'
import type { Conduct } from '#test/support/world/work.ts'

type Market = {
  readonly world: World
  readonly alice: SimulatedPeer
  readonly bob: SimulatedPeer
  readonly job: JobId
}

const ceiling = 100n

/** Alice's job, which bob is at work on; dave would take it for more. */
async function atWork(
  standIns: StandIns,
  { conduct = 'honest', others = ['dave'] }: { conduct?: Conduct; others?: string[] } = {},
): Promise<Market> {
  const world = createWorld(5)
  const alice = world.join('alice', { roles: ['creator'], standIns })
  const bob = world.join('bob', { roles: ['encoder'], pricePercent: 1_000n, conduct })
  for (const name of others) world.join(name, { roles: ['encoder'], pricePercent: 1_500n })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const job = await world.post(alice, 1, ceiling)
  await world.until(() => alice.job(job)?.phase === 'awaiting-delivery')
  return { world, alice, bob, job }
}

/** The job that stands in for the first; absent before there is one. */
const standIn = ({ alice, job }: Market) =>
  alice.posted().find(({ standsInFor }) => standsInFor === job)
const isOver = (phase: string | undefined): boolean => phase === 'paid' || phase === 'failed'
const purse = ({ world }: Market, name: string) => world.chain.vault.purses.get(account(name)) ?? 0n
const onRefund: StandIns = { most: 1, atOnce: null }
const atOnce: StandIns = { most: 1, atOnce: hbd(ceiling + 1n) }

test('a job that its encoder gives back is done by another, in a job of its own, for the money that came back', async () => {
  const market = await atWork(onRefund, { conduct: 'broken' })
  const { world, alice, job } = market
  await world.until(() => isOver(standIn(market)?.phase))
  expect(alice.job(job)).toMatchObject({ phase: 'failed', standIn: standIn(market)?.id })
  expect(standIn(market)).toMatchObject({ phase: 'paid', choice: { bid: { encoder: 'dave' } } })
  expect(alice.encounters('bob')).toEqual(['returned'])
  expect(purse(market, 'bob')).toBe(1_000n)
  world.expectSound()
})

test('a video is tried no more often than the creator allows', async () => {
  const market = await atWork(onRefund, { conduct: 'broken', others: [] })
  const { world, alice } = market
  await world.until(() => isOver(standIn(market)?.phase))
  expect(standIn(market)).toMatchObject({ phase: 'failed', code: 'no-bids' })
  expect(alice.posted()).toHaveLength(2)
  const none = await atWork({ most: 0, atOnce: null }, { conduct: 'broken' })
  await none.world.until(() => isOver(none.alice.job(none.job)?.phase))
  expect(none.alice.posted()).toHaveLength(1)
})

test('the work of a lost encoder is awarded anew while its escrow stands, and paid once', async () => {
  const market = await atWork(atOnce)
  const { world, alice, bob, job } = market
  await bob.stop()
  await world.until(() => standIn(market)?.phase === 'paid')
  expect(alice.job(job)).toMatchObject({ phase: 'awaiting-delivery', standIn: standIn(market)?.id })
  await world.until(() => isOver(alice.job(job)?.phase))
  expect(alice.job(job)?.phase).toBe('failed')
  expect(purse(market, 'bob')).toBe(1_000n)
  expect(alice.posted()).toHaveLength(2)
  world.expectSound()
})

test('a lost encoder that delivers in time after all is paid as agreed, besides the one that stood in, and each once', async () => {
  const market = await atWork(atOnce)
  const { world, alice, bob, job } = market
  await bob.stop()
  await world.until(() => standIn(market)?.phase === 'awaiting-delivery')
  bob.start()
  await world.until(() => isOver(alice.job(job)?.phase) && isOver(standIn(market)?.phase))
  expect([alice.job(job)?.phase, standIn(market)?.phase]).toEqual(['paid', 'paid'])
  expect(purse(market, 'alice')).toBeGreaterThanOrEqual(1_000n - 2n * (ceiling + 1n))
  world.expectSound()
})

test('an encoder that is back before anybody was awarded ends the job that was to stand in, at no cost', async () => {
  const market = await atWork(atOnce, { others: [] })
  const { world, alice, bob, job } = market
  await bob.stop()
  await world.until(() => standIn(market) !== undefined)
  bob.start()
  await world.until(() => isOver(alice.job(job)?.phase) && isOver(standIn(market)?.phase))
  expect(alice.job(job)?.phase).toBe('paid')
  expect(standIn(market)).toMatchObject({ phase: 'failed', code: 'job-ended', awards: 0 })
  world.expectSound()
})

test.each<[string, StandIns]>([
  ['where the creator allows no second escrow', onRefund],
  ['where one would cost more than it allows', { most: 1, atOnce: hbd(ceiling) }],
])('nothing is awarded a second time before the refund %s', async (_, standIns) => {
  const market = await atWork(standIns)
  const { world, alice, bob, job } = market
  await bob.stop()
  await world.run(60)
  expect(alice.job(job)?.phase).toBe('awaiting-delivery')
  expect(standIn(market)).toBeUndefined()
  await world.until(() => standIn(market)?.phase === 'paid')
  expect(alice.job(job)?.phase).toBe('failed')
  world.expectSound()
})

test('a creator that dies at any step of the refund offers one job in the place of the first, and no more', async () => {
  for (const step of [2, 4]) {
    const market = await atWork(onRefund, { conduct: 'broken' })
    const { world, alice } = market
    alice.arm(step)
    await world.until(() => alice.wasKilled() || isOver(standIn(market)?.phase))
    if (alice.wasKilled()) alice.start()
    await world.until(() => isOver(standIn(market)?.phase))
    expect(standIn(market)?.phase).toBe('paid')
    expect(alice.posted()).toHaveLength(2)
    world.expectSound()
  }
})
