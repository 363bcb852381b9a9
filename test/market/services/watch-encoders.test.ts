import { expect, test } from 'vitest'
import type { JobId } from '#protocol/ids.ts'
import { beatSeconds } from '#protocol/progress.ts'
import type { World } from '#test/support/world/market-world.ts'
import { createWorld } from '#test/support/world/market-world.ts'
import type { SimulatedPeer } from '#test/support/world/simulated-peer.ts'

type Cast = {
  readonly world: World
  readonly alice: SimulatedPeer
  readonly bob: SimulatedPeer
  readonly job: JobId
}

/** Bob is at work on a job of alice's that takes him long. */
async function atWork(): Promise<Cast> {
  const world = createWorld()
  const alice = world.join('alice', { roles: ['creator'] })
  const bob = world.join('bob', { roles: ['encoder'], conduct: 'slow' })
  world.join('carol', { roles: ['arbiter'] })
  await world.open()
  const job = await world.post(alice)
  await world.until(() => alice.job(job)?.phase === 'awaiting-delivery')
  return { world, alice, bob, job }
}

const blockSeconds = 3
const beats = (count: number): number => Math.ceil((count * beatSeconds) / blockSeconds) + 1
const told = ({ alice, job }: Cast): readonly string[] =>
  alice.events(job).flatMap(({ type }) => (type.startsWith('encoder-') ? [type] : []))

test('an encoder that dies at work is told of within three beats, once, and again when it is back', async () => {
  const cast = await atWork()
  const { world, bob } = cast
  await bob.stop()
  await world.run(beats(3))
  expect(told(cast)).toEqual(['encoder-silent'])
  await world.run(beats(3))
  expect(told(cast)).toEqual(['encoder-silent'])
  bob.start()
  await world.run(beats(1))
  expect(told(cast)).toEqual(['encoder-silent', 'encoder-heard'])
})

test('an encoder that works long, and has nothing new to say, is not taken for a silent one', async () => {
  const cast = await atWork()
  await cast.world.run(beats(6))
  expect(cast.alice.job(cast.job)?.phase).toBe('awaiting-delivery')
  expect(told(cast)).toEqual([])
})

test('a creator that was away itself takes no encoder for silent', async () => {
  const cast = await atWork()
  const { world, alice } = cast
  await alice.stop()
  await world.run(beats(6))
  alice.start()
  await world.run(beats(2))
  expect(told(cast)).toEqual([])
})

test('a creator whose machine slept takes no encoder for silent either, and awards nothing anew', async () => {
  const cast = await atWork()
  await cast.world.step(120)
  expect(told(cast)).toEqual([])
  await cast.world.run(beats(2))
  expect(told(cast)).toEqual([])
  expect(cast.alice.encounters('bob')).toEqual([])
})
