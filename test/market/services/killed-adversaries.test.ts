import { describe, expect, test } from 'vitest'
import { scenarios } from '../../support/world/scenarios/all.ts'
import { stageOf } from '../../support/world/scenarios/stage.ts'

/**
 * Every scenario of what somebody can do wrong, while any node is struck down between any two of its effects and starts again.
 * Money is conserved, nobody is paid twice, and each job ends settled or refunded. A seed that fails is kept.
 */
const keptSeeds: readonly number[] = []
let deaths = 0
const seeds = [...keptSeeds, 1, 2]

describe.each(seeds)(
  'with seed %i, whoever is killed and whenever, all accounts are settled where',
  (seed) => {
    test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_, scenario) => {
        const stage = await stageOf(scenario, { seed, kills: 15 })
        await scenario.play(stage)
        stage.world.calm()
        await stage.world.until(() => stage.world.chain.vault.isEmpty(), 600)
        await stage.world.run(5)
        stage.world.expectSound()
        deaths += stage.world.deaths()
      },
    )
  },
)

test('many were killed on the way', () => {
  expect(deaths).toBeGreaterThan(scenarios.length * seeds.length)
})
