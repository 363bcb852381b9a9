import { expect, test } from 'vitest'
import { failingSimulations } from '#test/support/world/failing-simulations.ts'
import { simulate } from '#test/support/world/simulation.ts'

/**
 * Whole markets of one seed each: nodes are struck down and start again, are cut from each other and from the chain, their messages are
 * lost, late and doubled, their clocks are wrong, and some encoders cheat. `npm run simulate` plays larger ones.
 */

/** A kept market that is larger is for `npm run simulate`. */
const mostPeers = 12
const kept = (await failingSimulations()).filter(({ peers }) => peers <= mostPeers)

// Plain code: a second try would play the same market again.
test.each([...kept, { seed: 1, peers: 10, jobs: 10 }])(
  'a market of $peers nodes and $jobs jobs comes through the faults of seed $seed',
  { retry: 0 },
  async (terms) => {
    const { violations, paid, failed, deaths, cuts } = await simulate(terms)
    expect(violations).toEqual([])
    expect(paid + failed).toBe(terms.jobs)
    expect(paid).toBeGreaterThan(terms.jobs / 2)
    expect(Math.min(deaths, cuts)).toBeGreaterThan(0)
  },
)
