import { expect, test } from 'vitest'
import { createWorld } from '#test/support/world/market-world.ts'

test('an encoder that leaves gives its work back at once, bids for nothing more, and keeps its firm bids', async () => {
  const world = createWorld(9)
  const alice = world.join('alice', { roles: ['creator'] })
  const bob = world.join('bob', { roles: ['encoder'], conduct: 'slow', slots: 2 })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const undone = await world.post(alice, 1, 100n)
  await world.until(() => bob.work(undone)?.phase === 'encoding')
  const bidFor = await world.post(alice, 2, 100n)
  await world.until(() => bob.work(bidFor)?.phase === 'bidding')
  const { deliverBy } = alice.job(undone)!.offer

  expect(bob.life()?.encoder?.handBack()).toBe(1)
  const late = await world.post(alice, 3, 100n)
  await world.until(() => alice.job(undone)?.phase === 'failed')
  expect(alice.ledger().head?.time).toBeLessThan(deliverBy - 200)
  expect(bob.work(undone)).toMatchObject({ phase: 'closed', outcome: 'refunded' })
  expect(bob.work(bidFor)?.phase).not.toBe('closed')
  expect(bob.work(late)).toBeNull()
  await bob.stop()
  expect(bob.work(undone)?.phase).toBe('closed')
  world.expectSound()
})

test('an encoder that dies while it gives back goes on with that when it is up again', async () => {
  const world = createWorld(10)
  const alice = world.join('alice', { roles: ['creator'] })
  const bob = world.join('bob', { roles: ['encoder'], conduct: 'slow' })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const job = await world.post(alice, 1, 100n)
  await world.until(() => bob.work(job)?.phase === 'encoding')
  bob.life()?.encoder?.handBack()
  await bob.stop()
  bob.start()
  await world.until(() => alice.job(job)?.phase === 'failed')
  expect(bob.work(job)).toMatchObject({ outcome: 'refunded' })
  world.expectSound()
})
