import { describe, expect, test } from 'vitest'
import { createWorld } from '../../support/world/market-world.ts'
import type { SimulatedPeer } from '../../support/world/simulated-peer.ts'
import type { Conduct } from '../../support/world/work.ts'

/**
 * Worlds in which messages are lost, transactions wait, nodes lag, stop and start again. Whatever happens, money is conserved,
 * nobody is paid twice, and every job comes to an end. A seed that fails is kept in the list: it plays the same world again.
 */
const keptSeeds: readonly number[] = []
const seeds = [...keptSeeds, ...Array.from({ length: 12 }, (_, index) => index + 1)]

const conducts: readonly Conduct[] = ['honest', 'honest', 'honest', 'careless', 'broken', 'slow']

async function play(seed: number) {
  const world = createWorld(seed, { loss: 15, delay: 15, lag: 15 })
  const { random } = world
  const alice = world.join('alice', { roles: ['creator'] })
  const dora = world.join('dora', { roles: ['creator'] })
  for (const name of ['bob', 'erin', 'frank'].slice(0, 1 + random.below(3)))
    world.join(name, {
      roles: ['encoder'],
      conduct: conducts[random.below(conducts.length)]!,
      slots: 1 + random.below(2),
      pricePercent: BigInt(50 + 10 * random.below(10)),
    })
  for (const name of ['carol', 'gina'].slice(0, 1 + random.below(2)))
    world.join(name, { roles: ['arbiter'], fee: BigInt(random.below(3)) })
  await world.open()
  const peers = [...world.peers.values()]
  const posted = [
    { peer: alice, id: await world.post(alice, 1) },
    { peer: dora, id: await world.post(dora, 1) },
    { peer: alice, id: await world.post(alice, 2) },
  ]
  for (let block = 0; block < 120; block += 1) {
    await disturb(peers, random.below(100), random.below(peers.length))
    await world.step()
  }
  for (const peer of peers) if (!peer.isUp()) peer.start()
  await world.until(() => posted.every(({ peer, id }) => isOver(peer, id)), 600)
  await world.run(10)
  return { world, posted }
}

/** Now and then one node stops, or comes back. */
async function disturb(
  peers: readonly SimulatedPeer[],
  dice: number,
  which: number,
): Promise<void> {
  const peer = peers[which]!
  if (dice < 4 && peer.isUp()) await peer.stop()
  else if (dice < 30 && !peer.isUp()) peer.start()
}

const isOver = (peer: SimulatedPeer, id: Parameters<SimulatedPeer['job']>[0]): boolean =>
  ['paid', 'failed'].includes(peer.job(id)?.phase ?? '')

describe('a market in disorder', () => {
  test.each(seeds)('keeps its accounts with seed %i', async (seed) => {
    const { world, posted } = await play(seed)
    world.expectSound()
    for (const { peer, id } of posted) {
      const known = peer.ledger().jobs.get(id)
      const isPaid = known?.phase === 'settled' && known.toEncoder > 0n
      expect(peer.job(id)?.phase).toBe(isPaid ? 'paid' : 'failed')
    }
  })

  test('plays the same world from the same seed', async () => {
    const [first, second] = [await play(5), await play(5)]
    const history = ({ world }: typeof first): unknown =>
      world.chain.blocks.map(({ operations }) => operations.length)
    expect(history(first)).toEqual(history(second))
    expect(first.world.chain.vault.purses).toEqual(second.world.chain.vault.purses)
  })
})
