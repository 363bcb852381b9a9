import { expect } from 'vitest'
import type { Scenario } from './stage.ts'
import { fee, isOver, known, post, price, wholeJob } from './stage.ts'

/** What goes wrong where two nodes have one account. */
export const twinScenarios: readonly Scenario[] = [
  {
    name: 'two nodes run with the keys of one encoder',
    cast: { 'bob-2': { roles: ['encoder'], pricePercent: 1_000n, account: 'bob' } },
    play: async (stage) => {
      const id = await wholeJob(stage)
      if (stage.isDisturbed) return
      expect(known(stage, id)).toMatchObject({ toEncoder: price })
      expect([stage.bob, stage.peer('bob-2')].filter((node) => node.isSuperseded())).toHaveLength(1)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'two nodes run with the keys of one creator',
    cast: { 'alice-2': { roles: ['creator'], account: 'alice' } },
    play: async (stage) => {
      const { world, alice } = stage
      const second = stage.peer('alice-2')
      const owner = alice.isSuperseded() ? second : alice
      const id = await post(stage, owner)
      await world.until(() => isOver(owner, id), 900)
      await world.run(5)
    },
    ends: { alice: -price - fee, bob: price, carol: fee },
  },
  {
    name: 'two nodes run with the keys of one arbiter',
    cast: {
      'carol-2': { roles: ['arbiter'], account: 'carol' },
      bob: { conduct: 'careless' },
    },
    play: async (stage) => {
      await wholeJob(stage)
    },
    ends: { alice: -fee, carol: fee },
  },
]
