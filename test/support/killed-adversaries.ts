import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { balancesOf, soundChanges } from './adversaries/balances.ts'
import { offerByHand } from './adversaries/by-hand.ts'
import type { Adversary } from './adversaries/stage.ts'
import { untouched } from './adversaries/stage.ts'
import { aMarketOfProcesses } from './processes/market-of-processes.ts'

/**
 * Adversaries on a development chain, with nodes that are processes. They and the chain itself are killed at points that a seed
 * chooses. Money is conserved, nobody is paid twice, each job ends settled or refunded, and the honest side is whole.
 */
export function describeKilledAdversaries(
  adversaries: readonly Adversary[],
  { seeds, kills: most }: { readonly seeds: readonly number[]; readonly kills: number },
): void {
  let home: string
  const deaths = { nodes: 0, chain: 0 }
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'spk-killed-'))
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  describe.each(seeds)(
    'with seed %i, whoever is killed, the honest side is whole where',
    (seed) => {
      test.each(adversaries.map((adversary) => [adversary.who, adversary] as const))(
        '%s',
        async (_, { terms = {}, posted, play, ends }) => {
          await using market = await aMarketOfProcesses(home, terms, { seed, most })
          await market.live(6)
          const before = await balancesOf(market.chain)
          const job = posted ? await offerByHand(market) : await market.post('1'.padStart(16, '0'))
          const cameToNothing = (await play(market, job)) === true
          await market.calm()
          await market.live(3)
          const price = market.bids.at(-1)?.price ?? 0n
          expect(price > 0n || cameToNothing).toBe(true)
          expect(await soundChanges(market.chain, before)).toEqual(
            cameToNothing ? untouched() : ends(price),
          )
          const { nodes, chain } = market.deaths()
          deaths.nodes += nodes
          deaths.chain += chain
        },
      )
    },
  )

  test('many were killed on the way, and the chain as often', () => {
    expect(deaths.nodes).toBeGreaterThan(seeds.length * adversaries.length)
    expect(deaths.chain).toBeGreaterThan(seeds.length * adversaries.length)
  })
}
