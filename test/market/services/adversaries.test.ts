import { describe, expect, test } from 'vitest'
import { scenarios } from '../../support/world/scenarios/all.ts'
import { changesOf, stageOf } from '../../support/world/scenarios/stage.ts'

/** What each party can do wrong, one row each: the honest party ends whole, to the milli-HBD. */
describe('the honest party is whole where', () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      const stage = await stageOf(scenario)
      await scenario.play(stage)
      expect(changesOf(stage)).toEqual(scenario.ends)
      stage.world.expectSound()
      expect(stage.world.chain.vault.isEmpty()).toBe(true)
    },
  )
})
