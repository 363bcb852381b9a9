import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meanRate, peakRate } from '#node/encoding/peak-rate.ts'

const of = (...segments: readonly (readonly [bits: number, seconds: number])[]) =>
  segments.map(([bits, seconds]) => ({ bits, seconds }))

test('the heaviest segment is the peak where all last as long', () => {
  expect(peakRate(of([400, 4], [800, 4], [200, 4]), 4)).toBe(200)
})

test('a last segment of one key picture counts together with the one ahead', () => {
  expect(peakRate(of([400, 4], [400, 4], [200, 0.04]), 4)).toBeCloseTo(600 / 4.04)
})

test('short segments count as the runs that a player fetches on end, each no longer than half as much again', () => {
  const quick = of([100, 1], [900, 1], [900, 1], [100, 1], [100, 4])
  expect(peakRate(quick, 4)).toBe(900)
  expect(peakRate(quick, 4)).toBeGreaterThan(2_000 / 4)
})

test('what is shorter than any run has its mean, and nothing has none', () => {
  expect(peakRate(of([100, 0.2]), 1)).toBe(500)
  expect(peakRate([], 1)).toBe(0)
})

test('no run that counts is heavier', () => {
  const lengths = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 1, max: 6 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  fc.assert(
    fc.property(lengths, (pairs) => {
      const segments = of(...pairs)
      const target = Math.max(...segments.map(({ seconds }) => seconds))
      const peak = peakRate(segments, target)
      for (const from of segments.keys())
        for (let to = from + 1; to <= segments.length; to += 1) {
          const run = segments.slice(from, to)
          const seconds = run.reduce((sum, segment) => sum + segment.seconds, 0)
          if (seconds >= target / 2 && seconds <= 1.5 * target)
            expect(peak).toBeGreaterThanOrEqual(meanRate(run))
        }
    }),
  )
})
