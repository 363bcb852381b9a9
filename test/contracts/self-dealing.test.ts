import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parametersAt } from '#contracts/parameters.ts'
import { scoreOf } from '#contracts/reputation.ts'
import { bob, height } from '../support/builders.ts'
import type { Ring } from '../support/self-dealing.ts'
import { anyRing, costOf, creditAt, ledgerOf, named, strangers } from '../support/self-dealing.ts'
import { settledHeight } from '../support/settled-jobs.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const moneyOf = ({ deals }: Ring): bigint => deals.reduce((total, { price }) => total + price, 0n)

describe('a ring that deals with itself', () => {
  test('gains less, all its encoders together, than it costs, though its arbiter is its own', () => {
    fc.assert(
      fc.property(anyRing, (ring) => {
        const ledger = ledgerOf(ring.deals)
        const gained = sum(ring.members.map((member) => creditAt(ledger, member)))
        expect(gained).toBeLessThan(costOf(ring))
      }),
    )
  })

  test('gains less for any of its accounts than as many strangers give who pay as much', () => {
    fc.assert(
      fc.property(anyRing, (ring) => {
        const each = moneyOf(ring) / BigInt(ring.accounts)
        fc.pre(each > 0n)
        const ledger = ledgerOf(ring.deals)
        const honest = creditAt(ledgerOf(strangers(ring.accounts, each, bob)), bob)
        for (const member of ring.members) expect(creditAt(ledger, member)).toBeLessThan(honest)
      }),
    )
  })

  test('gains no more than a hundred times the fees it pays to an arbiter that is not its own', () => {
    fc.assert(
      fc.property(anyRing, fc.bigInt(1n, 20n), ({ deals, members }, fee) => {
        const ledger = ledgerOf(deals.map((deal) => ({ ...deal, fee })))
        const gained = sum(members.map((member) => creditAt(ledger, member)))
        const { feeMultiple } = parametersAt(height(1)).reputation
        expect(gained).toBeLessThanOrEqual(Number(fee * BigInt(deals.length) * feeMultiple))
      }),
    )
  })
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
