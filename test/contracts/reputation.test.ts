import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SettledJob } from '#contracts/job.ts'
import { parametersAt } from '#contracts/parameters.ts'
import type { Standing } from '#contracts/reputation.ts'
import { emptyStanding, encoderScore, recordEncoder } from '#contracts/reputation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import {
  account,
  anAward,
  anOffer,
  bob,
  hbd,
  height,
  time,
  transactionId,
} from '../support/builders.ts'

const start = height(1_000)
const parameters = parametersAt(start)
const point = { height: start, time: time(1_000_400), transaction: transactionId('settled') }

/** A job that was done in time, for so much, by someone. */
function aSettledJob(
  price: bigint,
  creator: HiveAccount,
  overrides: Partial<SettledJob> = {},
): SettledJob {
  const offer = anOffer()
  return {
    phase: 'settled',
    id: offer.job,
    creator,
    offer,
    offeredAt: point,
    rejectedAwards: 0,
    award: anAward({ price: hbd(price) }),
    awardedAt: point,
    hwAccel: 'none',
    encoderClass: null,
    acceptedAt: point,
    approvals: [],
    dispute: null,
    delivered: null,
    settledAt: point,
    settledBy: creator,
    toEncoder: hbd(price),
    toCreator: hbd(0n),
    ruling: null,
    stars: null,
    ...overrides,
  }
}

const payers = ['alice', 'dora', 'erin', 'frank'].map(account)
const standingOf = (jobs: readonly SettledJob[]): Standing =>
  jobs.reduce((standing, job) => recordEncoder(standing, job, parameters), emptyStanding(start))
const scoreOf = (standing: Standing, at = start): number =>
  encoderScore(standing, at, parameters).score

const work = fc.array(
  fc.record({ price: fc.bigInt({ min: 1n, max: 100_000n }), payer: fc.constantFrom(...payers) }),
  { maxLength: 30 },
)
const goodJobs = work.map((entries) => entries.map(({ price, payer }) => aSettledJob(price, payer)))
const price = fc.bigInt({ min: 1n, max: 100_000n })

describe("an encoder's score", () => {
  test('never falls by work well done', () => {
    fc.assert(
      fc.property(goodJobs, price, fc.constantFrom(...payers), (jobs, milli, payer) => {
        expect(scoreOf(standingOf([...jobs, aSettledJob(milli, payer)]))).toBeGreaterThanOrEqual(
          scoreOf(standingOf(jobs)),
        )
      }),
    )
  })

  test('stays between 0 and 1000, inside a band that narrows with each job', () => {
    fc.assert(
      fc.property(goodJobs, price, (jobs, milli) => {
        const before = encoderScore(standingOf(jobs), start, parameters)
        const then = encoderScore(standingOf([...jobs, aSettledJob(milli, bob)]), start, parameters)
        expect(before.low).toBeGreaterThanOrEqual(0)
        expect(then.high).toBeLessThanOrEqual(1_000)
        expect(before.score - before.low).toBeGreaterThanOrEqual(
          Math.min(before.score, then.score - then.low),
        )
      }),
    )
  })

  test('grows more by the same money from two payers than from one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n, max: 100_000n }), (milli) => {
        const [one, other] = payers as [HiveAccount, HiveAccount]
        const single = standingOf([aSettledJob(milli, one), aSettledJob(milli, one)])
        const several = standingOf([aSettledJob(milli, one), aSettledJob(milli, other)])
        expect(scoreOf(several)).toBeGreaterThanOrEqual(scoreOf(single))
      }),
    )
    const [one, other] = payers as [HiveAccount, HiveAccount]
    const single = standingOf([aSettledJob(5_000n, one), aSettledJob(5_000n, one)])
    const several = standingOf([aSettledJob(5_000n, one), aSettledJob(5_000n, other)])
    expect(scoreOf(several)).toBeGreaterThan(scoreOf(single))
  })

  test('grows by less with each further job of one payer', () => {
    const [payer] = payers as [HiveAccount]
    const scores = [0, 1, 2, 3, 4].map((count) =>
      scoreOf(standingOf(Array.from({ length: count }, () => aSettledJob(10_000n, payer)))),
    )
    const gains = scores.slice(1).map((score, place) => score - scores[place]!)
    expect(gains).toEqual(gains.toSorted((left, right) => right - left))
  })

  test('falls by a refund, and further by a lost dispute', () => {
    fc.assert(
      fc.property(goodJobs, fc.bigInt({ min: 100n, max: 100_000n }), (jobs, milli) => {
        const back = { toEncoder: hbd(0n), toCreator: hbd(milli) }
        const [payer] = payers as [HiveAccount]
        const refunded = standingOf([...jobs, aSettledJob(milli, payer, back)])
        const dispute = { by: payer, at: point }
        const lost = standingOf([...jobs, aSettledJob(milli, payer, { ...back, dispute })])
        expect(scoreOf(refunded)).toBeLessThanOrEqual(scoreOf(standingOf(jobs)))
        expect(scoreOf(lost)).toBeLessThanOrEqual(scoreOf(refunded))
      }),
    )
  })

  test('fades to that of a newcomer', () => {
    fc.assert(
      fc.property(goodJobs, (jobs) => {
        const standing = standingOf(jobs)
        const halfLife = Number(parameters.reputation.halfLifeBlocks)
        const later = [0, 1, 2, 40].map((lives) =>
          scoreOf(standing, height(start + lives * halfLife)),
        )
        expect(later).toEqual(later.toSorted((left, right) => right - left))
        expect(later.at(-1)).toBe(scoreOf(emptyStanding(start)))
      }),
    )
  })
})
