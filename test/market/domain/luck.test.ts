import { describe, expect, test } from 'vitest'
import { createDraft } from '#contracts/draft.ts'
import type { Score } from '#contracts/reputation.ts'
import { scoreOf } from '#contracts/reputation.ts'
import { noHistory } from '#market/domain/delivery-history.ts'
import { exploringOneIn, luckFrom } from '#market/domain/luck.ts'
import type { Candidate } from '#market/domain/ranking.ts'
import { rankBids } from '#market/domain/ranking.ts'
import { openRules } from '#market/domain/selection.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import {
  aBid,
  account,
  anOffer,
  bob,
  carol,
  encoderProfile,
  hashHex,
  hbd,
  height,
  sha256,
  time,
} from '#test/support/builders.ts'
import { ledgerOf, strangers } from '#test/support/self-dealing.ts'
import { aSettledJob, ends, ledgerAfter, settledHeight } from '#test/support/settled-jobs.ts'
import { genesis } from '#test/support/test-chain.ts'

const jobs = 2_000
const newcomer = account('newcomer')
const at = height(settledHeight)

const known = scoreOf(ledgerOf(strangers(200, 1_000n, bob)), bob, 'encoder', at)
const unknown = scoreOf(createDraft(genesis()).ledger(), newcomer, 'encoder', at)
const ruined = scoreOf(
  ledgerAfter([ends.lost(aSettledJob({ creator: carol, encoder: newcomer, price: 500n }))]),
  newcomer,
  'encoder',
  at,
)

const candidate = (encoder: HiveAccount, score: Score, price = 3n): Candidate => ({
  bid: aBid({ encoder, price: hbd(price) }),
  node: { encoder: encoderProfile },
  score,
  ...{ history: noHistory, setAsideUntil: null, recentAwards: 0 },
})

/** How many of many jobs each of the candidates wins. */
function wins(...candidates: readonly Candidate[]): ReadonlyMap<HiveAccount, number> {
  const won = Array.from({ length: jobs }, (_, job) => {
    const [best] = rankBids(candidates, {
      offer: anOffer(),
      now: time(1_000_100),
      ownClass: encoderProfile.class.cid,
      arbiters: [carol],
      luck: luckFrom(hashHex(`salt of ${job}`), sha256),
      rules: openRules,
    })
    return best!.bid.encoder
  })
  return new Map(
    [...Map.groupBy(won, (encoder) => encoder)].map(([name, all]) => [name, all.length]),
  )
}

describe('a newcomer', () => {
  test('is given the jobs that explore, and no other, beside an encoder of high standing', () => {
    const share = wins(candidate(bob, known), candidate(newcomer, unknown)).get(newcomer)! / jobs
    expect(share).toBeGreaterThan(0.8 / exploringOneIn)
    expect(share).toBeLessThan(1.2 / exploringOneIn)
  })

  test('shares them evenly with other newcomers, whatever they are called', () => {
    const others = ['aaa', 'mmm', 'zzz'].map(account)
    const shares = wins(candidate(bob, known), ...others.map((name) => candidate(name, unknown)))
    const chance = jobs / exploringOneIn / others.length
    for (const name of others) {
      expect(shares.get(name)).toBeGreaterThan(chance / 2)
      expect(shares.get(name)).toBeLessThan(chance * 2)
    }
  })

  test('is not given one for a higher price than its standing may become worth', () => {
    expect(
      wins(candidate(bob, known), candidate(newcomer, unknown, 4n)).get(newcomer),
    ).toBeUndefined()
  })

  test('who has failed already is given none while there is another', () => {
    const fresh = account('fresh')
    const shares = wins(
      candidate(bob, known),
      candidate(fresh, unknown),
      candidate(newcomer, ruined),
    )
    expect(shares.get(newcomer)).toBeUndefined()
    expect(shares.get(fresh)).toBeGreaterThan(0)
  })
})

test('a job has the same luck whenever it is looked at, and another job another', () => {
  const lots = (salt: string) => luckFrom(hashHex(salt), sha256).lotOf(bob)
  expect(lots('one')).toBe(lots('one'))
  expect(lots('one')).not.toBe(lots('two'))
})
