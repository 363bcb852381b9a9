import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRateMeter } from '#node/encoding/frame-rate.ts'

type Rate = readonly [numerator: number, denominator: number]

function rateOf(times: readonly number[], claims: readonly Rate[] = []): Rate {
  const meter = createRateMeter(
    claims.map(([numerator, denominator]) => ({ numerator, denominator })),
  )
  for (const time of times) meter.add(time)
  const { numerator, denominator } = meter.rate()
  return [numerator, denominator]
}

const steady = ([numerator, denominator]: Rate, frames: number): number[] =>
  Array.from({ length: frames }, (_, index) => (index * denominator) / numerator)

const inMilliseconds = (times: readonly number[]): number[] =>
  times.map((time) => Math.round(time * 1000) / 1000)

const kept: readonly Rate[] = [
  [24, 1],
  [24_000, 1001],
  [25, 1],
  [30, 1],
  [30_000, 1001],
  [60, 1],
  [60_000, 1001],
  [25, 2],
  [15, 1],
]

test.each(kept)('a constant rate of %i/%i is kept exactly, header or not', (...rate) => {
  expect(rateOf(steady(rate, 300))).toEqual(rate)
  expect(rateOf(steady(rate, 300), [[90_000, 1], rate])).toEqual(rate)
})

test.each(kept)('a clock of whole milliseconds does not blur %i/%i', (...rate) => {
  expect(rateOf(inMilliseconds(steady(rate, 600)), [rate])).toEqual(rate)
  expect(rateOf(inMilliseconds(steady(rate, 600)))).toEqual(rate)
})

test('a rate that nobody uses is kept when the header claims it and the pictures agree', () => {
  expect(rateOf(steady([1000, 33], 200), [[1000, 33]])).toEqual([1000, 33])
})

test('a header that is wrong is not believed', () => {
  expect(rateOf(steady([30, 1], 300), [[25, 1]])).toEqual([30, 1])
})

test('pictures faster than sixty a second are thinned by a whole number', () => {
  expect(rateOf(steady([120, 1], 300), [[120, 1]])).toEqual([60, 1])
  expect(rateOf(steady([144, 1], 300), [[144, 1]])).toEqual([48, 1])
  expect(rateOf(steady([75, 1], 300), [[75, 1]])).toEqual([75, 2])
  expect(rateOf(steady([120_000, 1001], 300), [[120_000, 1001]])).toEqual([60_000, 1001])
})

test.each([
  [60_018, 1000],
  [60_015, 1000],
  [61, 1],
  [63, 1],
] as const)(
  'a clock that runs a little fast, at %i/%i, loses the few pictures that are too many, and no half of them',
  (...rate) => {
    expect(rateOf(steady(rate, 600), [[60, 1], rate])).toEqual([60, 1])
    const meter = createRateMeter([{ numerator: rate[0], denominator: rate[1] }])
    for (const time of steady(rate, 600)) meter.add(time)
    expect(meter.isConstant()).toBe(false)
  },
)

test('pictures slower than one a second are repeated a whole number of times', () => {
  expect(rateOf(steady([1, 3], 20), [[1, 3]])).toEqual([1, 1])
})

test('a phone that drops pictures has the rate of most of its steps', () => {
  const times = steady([30, 1], 900).filter((_, index) => index % 7 !== 3)
  expect(
    rateOf(times, [
      [30, 1],
      [25_714, 1000],
    ]),
  ).toEqual([30, 1])
})

test('a screen capture that pauses has the rate at which it moves', () => {
  const moving = steady([60, 1], 200)
  const later = steady([60, 1], 200).map((time) => time + 40)
  expect(rateOf([...moving, ...later])).toEqual([60, 1])
})

test('a clock that shakes by a third of a picture does not slow a source down', () => {
  const times = steady([30, 1], 300).map((time, index) => time + ((index * 37) % 11) / 1000)
  expect(rateOf(times)).toEqual([30, 1])
})

test('a single picture has the rate that its header claims', () => {
  expect(rateOf([0], [[25, 1]])).toEqual([25, 1])
})

test('whatever the times, the rate is one that an offer can carry', () => {
  const steps = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 50 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 2_000_000 }), (gaps, claim) => {
      let time = 0
      const times = gaps.map((gap) => {
        time += gap
        return time
      })
      const [numerator, denominator] = rateOf([0, ...times], [[claim, 1001]])
      expect(numerator / denominator).toBeLessThanOrEqual(60)
      expect(numerator / denominator).toBeGreaterThanOrEqual(1)
      expect(Math.max(numerator, denominator)).toBeLessThanOrEqual(1_000_000)
    }),
  )
})
