import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainStanding } from '#contracts/explain-standing.ts'
import { growthAt, halfLifeBlocks } from '#contracts/fading.ts'
import type { SettledJob } from '#contracts/job.ts'
import { parametersAt } from '#contracts/parameters.ts'
import type { Score } from '#contracts/reputation.ts'
import { meritsOf, pointsFrom, scoreOf } from '#contracts/reputation.ts'
import { account, alice, bob, height } from '../support/builders.ts'
import type { Deal } from '../support/settled-jobs.ts'
import { aSettledJob, ends, ledgerAfter, settledHeight } from '../support/settled-jobs.ts'

const start = height(settledHeight)
const { reputation } = parametersAt(start)
const payers = ['alice', 'dora', 'erin', 'frank'].map(account)
const rival = account('rival')

const scoreAfter = (jobs: readonly SettledJob[], at = settledHeight): Score =>
  scoreOf(ledgerAfter(jobs), bob, 'encoder', height(at))

/** The score in thousandths of a point, before it is rounded for people. */
const pointsAfter = (jobs: readonly SettledJob[], at = settledHeight): bigint =>
  pointsFrom(meritsOf(ledgerAfter(jobs), bob, 'encoder', height(at)), reputation)

const price = fc.oneof(fc.bigInt(1n, 400n), fc.bigInt(1n, 100_000n))
const payer = fc.constantFrom(...payers)
const outcome = fc.constantFrom('good', 'late', 'refunded', 'lost')
const deal: fc.Arbitrary<Deal> = fc.record({
  creator: payer,
  encoder: fc.constantFrom(bob, bob, rival),
  price,
})

const settle = (from: Deal, how: 'good' | keyof typeof ends): SettledJob =>
  how === 'good' ? aSettledJob(from) : ends[how](aSettledJob(from))

/** Any past: good and bad work of bob, and what his payers did elsewhere. */
const past: fc.Arbitrary<readonly SettledJob[]> = fc.array(
  fc.tuple(deal, outcome).map(([from, how]) => settle(from, how as 'good')),
  { maxLength: 20 },
)

describe("an encoder's score", () => {
  test('is low at first, and may be anything', () => {
    expect(scoreAfter([])).toEqual({ score: 100, low: 0, high: 1_000 })
  })

  test('stays between 0 and 1000, inside its band, whatever happens', () => {
    fc.assert(
      fc.property(past, fc.nat(30_000_000), (jobs, later) => {
        const { low, score, high } = scoreAfter(jobs, settledHeight + later)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(low).toBeLessThanOrEqual(score)
        expect(score).toBeLessThanOrEqual(high)
        expect(high).toBeLessThanOrEqual(1_000)
      }),
    )
  })

  test('never falls by work well done, and neither does the low end of its band', () => {
    fc.assert(
      fc.property(past, payer, price, (jobs, creator, milli) => {
        const more = [...jobs, aSettledJob({ creator, price: milli })]
        expect(pointsAfter(more)).toBeGreaterThanOrEqual(pointsAfter(jobs))
        expect(scoreAfter(more).low).toBeGreaterThanOrEqual(scoreAfter(jobs).low)
      }),
    )
  })

  test('rises by work well done for somebody who has other custom too', () => {
    const elsewhere = aSettledJob({ creator: alice, encoder: rival, price: 1_000n })
    const loyal = scoreAfter([aSettledJob({ creator: alice, price: 1_000n })])
    const shared = scoreAfter([elsewhere, aSettledJob({ creator: alice, price: 1_000n })])
    expect(loyal.score).toBeGreaterThan(100)
    expect(shared.score).toBeGreaterThan(loyal.score)
  })

  test('grows by less with each further job of one payer', () => {
    fc.assert(
      fc.property(
        price,
        fc.bigInt(0n, 10_000n),
        fc.integer({ min: 3, max: 8 }),
        (milli, other, count) => {
          const elsewhere =
            other > 0n ? [aSettledJob({ creator: alice, encoder: rival, price: other })] : []
          const job = aSettledJob({ creator: alice, price: milli })
          const points = Array.from({ length: count }, (_, jobs) =>
            pointsAfter([...elsewhere, ...Array.from({ length: jobs }, () => job)]),
          )
          const gains = points.slice(1).map((value, place) => value - points[place]!)
          // A thousandth of a point is lost by rounding at either end of a gain.
          for (const [place, gain] of gains.slice(1).entries())
            expect(gain).toBeLessThanOrEqual(gains[place]! + 1n)
        },
      ),
    )
  })

  test('grows by less by one payer, however much it pays, than one voice is worth', () => {
    const most = pointsFrom({ credit: reputation.voice * 1_000_000n, faults: 0n }, reputation)
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 10n ** 9n), (milli, other) => {
        const jobs = [
          aSettledJob({ creator: alice, price: milli }),
          aSettledJob({ creator: alice, encoder: rival, price: other }),
        ]
        expect(pointsAfter(jobs)).toBeLessThan(most)
      }),
    )
  })

  test('grows more by the same money from two payers than from one', () => {
    fc.assert(
      fc.property(fc.bigInt(10n, 100_000n), (milli) => {
        const custom = (creator: typeof alice, times: bigint) => [
          aSettledJob({ creator, price: milli * times }),
          aSettledJob({ creator, encoder: rival, price: milli * times }),
        ]
        const [one, other] = payers as [typeof alice, typeof alice]
        expect(pointsAfter([...custom(one, 1n), ...custom(other, 1n)])).toBeGreaterThan(
          pointsAfter(custom(one, 2n)),
        )
      }),
    )
  })

  test('falls by a missed deadline, further by a refund, furthest by a lost dispute', () => {
    fc.assert(
      fc.property(past, payer, fc.bigInt(20n, 100_000n), (jobs, creator, milli) => {
        const job = aSettledJob({ creator, price: milli })
        const after = (['late', 'refunded', 'lost'] as const).map((how) => [
          ...jobs,
          ends[how](job),
        ])
        const points = [jobs, ...after].map((all) => pointsAfter(all))
        const low = [jobs, ...after].map((all) => scoreAfter(all).low)
        const falling = (left: bigint | number, right: bigint | number): number =>
          Number(right) - Number(left)
        expect(points).toEqual(points.toSorted(falling))
        expect(low).toEqual(low.toSorted(falling))
        // Whoever has no points left to lose loses none.
        if (points[0]! > 10_000n) expect(new Set(points).size).toBe(4)
      }),
    )
  })

  test('falls by a lost dispute even if ten good jobs of its size come with it', () => {
    fc.assert(
      fc.property(
        past,
        fc.bigInt(20n, 100_000n),
        fc.array(fc.constantFrom(...payers, account('gina'), account('hugo')), {
          minLength: 10,
          maxLength: 10,
        }),
        (jobs, milli, creators) => {
          const lost = ends.lost(aSettledJob({ creator: alice, price: milli }))
          const good = creators.map((creator) => aSettledJob({ creator, price: milli }))
          expect(pointsAfter([...jobs, lost, ...good])).toBeLessThanOrEqual(pointsAfter(jobs))
          expect(scoreAfter([lost, ...good]).score).toBeLessThan(scoreAfter([]).score)
        },
      ),
    )
  })

  test('gains nothing by a job that nobody was paid to stand by, and little by a cheap stand-by', () => {
    const at = (fee: bigint) => pointsAfter([aSettledJob({ creator: alice, price: 100_000n, fee })])
    expect(at(0n)).toBe(pointsAfter([]))
    expect(at(1n)).toBe(pointsAfter([aSettledJob({ creator: alice, price: 100n })]))
  })

  test('gains nothing by a job without a delivery, nor by money that came back', () => {
    const job = aSettledJob({ creator: alice, price: 1_000n })
    expect(pointsAfter([{ ...job, delivered: null, settledAt: job.awardedAt }])).toBe(
      pointsAfter([]),
    )
    const returned = aSettledJob({ creator: bob, encoder: alice, price: 1_000n })
    expect(pointsAfter([job, returned])).toBe(pointsAfter([]))
  })
})

describe('what an account did', () => {
  test('weighs half as much after each half-life, exactly', () => {
    fc.assert(
      fc.property(fc.nat(200_000_000), fc.nat(20), (at, lives) => {
        const later = at + lives * Number(halfLifeBlocks)
        expect(growthAt(height(later))).toBe(growthAt(height(at)) << BigInt(lives))
      }),
    )
  })

  test('fades a little with every few blocks, never by a leap', () => {
    fc.assert(
      fc.property(fc.nat(200_000_000), fc.nat(1_000), (at, blocks) => {
        const [before, after] = [growthAt(height(at)), growthAt(height(at + blocks))]
        expect(after).toBeGreaterThanOrEqual(before)
        const real = 2 ** (blocks / Number(halfLifeBlocks))
        expect(Number((after * 10n ** 9n) / before) / 1e9).toBeCloseTo(real, 5)
      }),
    )
  })

  test('is forgotten in the end, the good and the bad', () => {
    fc.assert(
      fc.property(past, (jobs) => {
        const age = (lives: number): number => settledHeight + lives * Number(halfLifeBlocks)
        expect(pointsAfter(jobs, age(60))).toBe(pointsAfter([]))
        const good = jobs.filter((job) => job.toCreator === 0n && job.award.readyBy > 1)
        const scores = [0, 0.5, 1, 1.5, 2, 5].map((lives) => pointsAfter(good, age(lives)))
        expect(scores).toEqual(scores.toSorted((left, right) => Number(right - left)))
      }),
    )
  })

  test('counts the same in whatever order it became known', () => {
    const aged = fc.tuple(deal, outcome, fc.integer({ min: 100, max: 8_000_000 }))
    const history = fc
      .array(aged, { minLength: 2, maxLength: 20 })
      .map((all) => all.map(([from, how, at]) => settle({ ...from, at }, how as 'good')))
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (jobs, keys) => {
        const shuffled = jobs
          .map((job) => ({ job, key: keys.next().value as number }))
          .toSorted((left, right) => left.key - right.key)
          .map(({ job }) => job)
        expect(ledgerAfter(shuffled).standings).toEqual(ledgerAfter(jobs).standings)
      }),
    )
  })

  test('changes nothing for accounts that it does not concern', () => {
    fc.assert(
      fc.property(past, past, (jobs, others) => {
        const elsewhere = others.map((job) =>
          aSettledJob({
            creator: account('nina'),
            encoder: account('otto'),
            price: job.award.price,
          }),
        )
        expect(pointsAfter([...elsewhere, ...jobs])).toBe(pointsAfter(jobs))
      }),
    )
  })

  test('explains the score to the last thousandth of a point', () => {
    fc.assert(
      fc.property(past, fc.nat(8_000_000), (jobs, later) => {
        const ledger = ledgerAfter(jobs)
        const at = height(settledHeight + later)
        for (const name of [bob, rival, ...payers])
          for (const { role, start: first, points, entries, ...score } of explainStanding(
            ledger,
            name,
            at,
          )) {
            expect(entries.reduce((sum, { added }) => sum + added, first)).toBe(points)
            expect(points).toBe(pointsFrom(meritsOf(ledger, name, role, at), reputation))
            expect(score).toEqual(scoreOf(ledger, name, role, at))
            for (const { transactions } of entries) expect(transactions.length).toBeGreaterThan(2)
          }
      }),
    )
  })
})
