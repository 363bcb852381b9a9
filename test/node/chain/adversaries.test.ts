import { expect, test } from 'vitest'
import { adversaries } from '../../support/adversaries/all.ts'
import { balancesOf, soundChanges } from '../../support/adversaries/balances.ts'
import { offerByHand } from '../../support/adversaries/by-hand.ts'
import { aMarket } from '../../support/market-in-process.ts'

/**
 * What each party can do wrong, on a development chain with real nodes' clients, stores and transactions: whatever it is, the
 * honest side ends with what is its own, to the milli-HBD.
 */
test.each(adversaries.map((adversary) => [adversary.who, adversary] as const))(
  'the honest side is whole where %s',
  { timeout: 60_000 },
  async (_, { terms, posted, play, ends }) => {
    await using market = await aMarket('on a clock', {}, null, terms, 'a liar and two more')
    const stage = { ...market, patience: 80, isDisturbed: false }
    await market.live(4)
    const before = await balancesOf(market.chain)
    const job = posted ? await offerByHand(stage) : await market.post('1'.padStart(16, '0'))
    await play(stage, job)
    await market.live(2)
    const price = market.bids.at(-1)?.price ?? 0n
    expect(price).toBeGreaterThan(0n)
    expect(await soundChanges(market.chain, before)).toEqual(ends(price))
  },
)
