import { expect, test } from 'vitest'
import { usualSelection } from '#market/domain/selection.ts'
import { account } from '#test/support/builders.ts'
import { createWorld } from '#test/support/world/market-world.ts'

test('a firm bid holds its slot through a restart, and what gets none is told why', async () => {
  const world = createWorld(7)
  const alice = world.join('alice', { roles: ['creator'] })
  const bob = world.join('bob', { roles: ['encoder'], slots: 1 })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const first = await world.post(alice, 1, 100n)
  await world.until(() => bob.work(first)?.phase === 'bidding')
  await bob.stop()
  bob.start()
  expect(bob.freeSlots()).toBe(0)
  const second = await world.post(alice, 2, 100n)
  await world.until(() => (bob.life()?.encoder?.considered().length ?? 0) > 0)
  expect(bob.work(second)).toBeNull()
  expect(bob.life()?.encoder?.considered()).toMatchObject([
    { job: second, price: null, reason: 'every slot is taken' },
  ])
})

test('an encoder that its creator will not have is told so by its own node', async () => {
  const world = createWorld(8)
  const rules = { blocked: [account('bob')], reputationFloor: 0 }
  const alice = world.join('alice', { roles: ['creator'], selection: { ...usualSelection, rules } })
  const bob = world.join('bob', { roles: ['encoder'] })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const job = await world.post(alice, 1, 100n)
  const told = () =>
    bob
      .life()
      ?.encoder?.considered()
      .find((each) => each.job === job)?.reason
  await world.until(() => told()?.includes('its creator says') ?? false)
  expect(told()).toMatch(/by the price list; its creator says: blocked by the creator$/)
})
