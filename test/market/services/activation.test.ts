import { expect, test } from 'vitest'
import { createWorld } from '#test/support/world/market-world.ts'
import type { PeerTerms } from '#test/support/world/simulated-peer.ts'

const later = { 'job.offer grid.range': 60, 'job.offer sealedUntil': 60 }

/** A creator and an encoder, each with or without what comes into force at block 60. */
async function cast(alices: Partial<PeerTerms>, bobs: Partial<PeerTerms> = {}) {
  const world = createWorld()
  const alice = world.join('alice', { roles: ['creator'], film: 'long', ...alices })
  const bob = world.join('bob', { roles: ['encoder'], slots: 2, ...bobs })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const untilInForce = () => world.until(() => (alice.ledger().head?.height ?? 0) >= 60)
  return { world, alice, bob, untilInForce }
}

test('a creator makes no offer of ranges before the chain takes it', async () => {
  const { world, alice, untilInForce } = await cast({ activations: later })
  const refused = { code: 'option-invalid', message: expect.stringContaining('block 60') }
  await expect(world.post(alice, 1, undefined, 2)).rejects.toMatchObject(refused)
  expect(alice.split('alice:0000000000000001' as never)).toBe(null)
  await untilInForce()
  const whole = await world.post(alice, 1, undefined, 2)
  await world.until(() => alice.split(whole)?.phase === 'done')
})

test('a creator takes no sealed bids before the chain does', async () => {
  const { world, alice, untilInForce } = await cast({ activations: later, bidding: 'sealed' })
  await expect(world.post(alice)).rejects.toMatchObject({ code: 'option-invalid' })
  await untilInForce()
  const job = await world.post(alice)
  await world.until(() => alice.job(job)?.phase === 'paid')
})

test('an encoder does not bid for an offer that no block can hold yet', async () => {
  const { world, alice, bob } = await cast({ bidding: 'sealed' }, { activations: later })
  const job = await world.post(alice)
  await world.run(8)
  expect(bob.work(job)).toBe(null)
  expect(alice.events(job).map(({ type }) => type)).not.toContain('bid-sealed')
})
