import { expect, test } from 'vitest'
import { createWorld } from '../../support/world/market-world.ts'

test('a creator cannot offer the same money twice', async () => {
  const world = createWorld()
  const alice = world.join('alice', { roles: ['creator'] })
  world.join('bob', { roles: ['encoder'] })
  world.join('carol', { roles: ['arbiter'], fee: 1n })
  await world.open()
  await world.post(alice, 1, 600n)
  await expect(world.post(alice, 2, 399n)).rejects.toMatchObject({
    code: 'funds-missing',
    message: expect.stringContaining('besides 0.601 HBD that other offers may cost'),
  })
  await world.post(alice, 3, 398n)
  expect(alice.jobs()).toHaveLength(2)
})

test('of two nodes with one account the older takes on nothing new, and neither fights for the registry', async () => {
  const world = createWorld()
  const older = world.join('alice', { roles: ['creator'] })
  world.join('bob', { roles: ['encoder'] })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const newer = world.join('alice-2', { roles: ['creator'], account: 'alice' })
  await world.until(() => older.isSuperseded())
  await expect(world.post(older)).rejects.toMatchObject({ code: 'node-unready' })
  const registrations = (): number =>
    world.chain.blocks
      .flatMap(({ operations }) => operations)
      .filter(({ action }) => action.type === 'custom-json' && action.json.includes('node.')).length
  const before = registrations()
  await world.run(20)
  expect(registrations()).toBe(before)
  expect(newer.isSuperseded()).toBe(false)
  const job = await world.post(newer)
  await world.until(() => newer.job(job)?.phase === 'paid')
})

test('a node that was superseded takes the account back when it is started anew', async () => {
  const world = createWorld()
  const older = world.join('alice', { roles: ['creator'] })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const newer = world.join('alice-2', { roles: ['creator'], account: 'alice' })
  await world.until(() => older.isSuperseded())
  await newer.stop()
  await older.stop()
  older.start()
  await world.run(5)
  expect(older.isSuperseded()).toBe(false)
  await expect(world.post(older)).resolves.toBeDefined()
})
