import { expect, test } from 'vitest'
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
