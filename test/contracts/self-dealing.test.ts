import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parametersAt } from '#contracts/parameters.ts'
import { scoreOf } from '#contracts/reputation.ts'
import { bob, height } from '../support/builders.ts'
import type { Ring } from '../support/self-dealing.ts'
import {
  anyRing,
  costOf,
  creditAt,
  gainOf,
  knownRings,
  ledgerOf,
  named,
  strangers,
} from '../support/self-dealing.ts'
import { settledHeight } from '../support/settled-jobs.ts'

const moneyOf = ({ deals }: Ring): bigint => deals.reduce((total, { price }) => total + price, 0n)

describe('a ring that deals with itself', () => {
  test('gains less, all its encoders together, than it costs, though its arbiter is its own', () => {
    fc.assert(
      fc.property(anyRing, (ring) => {
        expect(gainOf(ring).all).toBeLessThan(costOf(ring))
      }),
    )
  })

  test('gains less for any of its accounts than as many strangers give who pay as much', () => {
    fc.assert(
      fc.property(anyRing, (ring) => {
        const each = moneyOf(ring) / BigInt(ring.accounts)
        fc.pre(each > 0n)
        const honest = creditAt(ledgerOf(strangers(ring.accounts, each, bob)), bob)
        expect(gainOf(ring).best).toBeLessThan(honest)
      }),
    )
  })

  test('gains no more than a hundred times the fees it pays to an arbiter that is not its own', () => {
    fc.assert(
      fc.property(anyRing, fc.bigInt(1n, 20n), ({ deals }, fee) => {
        const gained = gainOf({ deals: deals.map((deal) => ({ ...deal, fee })) }).all
        const { feeMultiple } = parametersAt(height(1)).reputation
        expect(gained).toBeLessThanOrEqual(Number(fee * BigInt(deals.length) * feeMultiple))
      }),
    )
  })
})

describe.each([10n, 1_000n, 100_000n, 10_000_000n])('with %i milli-HBD going round,', (money) => {
  const rings = knownRings(money).filter(
    ({ ring }) => ring.accounts < 200 && ring.deals.every(({ price }) => price > 0n),
  )

  test.each(rings.map(({ name, ring }) => [name, ring] as const))(
    '%s gain less than they cost and than strangers give',
    (_, ring) => {
      const { best, all } = gainOf(ring)
      expect(all).toBeLessThan(costOf(ring))
      const each = moneyOf(ring) / BigInt(ring.accounts)
      if (each > 0n)
        expect(best).toBeLessThan(creditAt(ledgerOf(strangers(ring.accounts, each, bob)), bob))
    },
  )
})

describe('a thousand accounts that pay next to nothing', () => {
  const dust = Array.from({ length: 1_000 }, (_, number) => ({
    creator: named('dust', number),
    encoder: bob,
    price: 1n,
  }))

  test('are worth less than ten strangers who pay the same in all', () => {
    const few = strangers(10, 100n, bob)
    expect(creditAt(ledgerOf(dust), bob)).toBeLessThan(creditAt(ledgerOf(few), bob))
  })

  test('leave the score as uncertain as it was, and its owner a newcomer', () => {
    const { low, high } = scoreOf(ledgerOf(dust), bob, 'encoder', height(settledHeight))
    expect(high - low).toBeGreaterThan(850)
  })
})

test('a thousand jobs of one account leave its encoder almost a stranger', () => {
  const alone = Array.from({ length: 1_000 }, () => ({
    creator: named('friend', 1),
    encoder: bob,
    price: 5_000n,
  }))
  const { score, low, high } = scoreOf(ledgerOf(alone), bob, 'encoder', height(settledHeight))
  expect(score).toBeLessThan(110)
  expect(high - low).toBeGreaterThan(850)
})
