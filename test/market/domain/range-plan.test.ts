import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mostRanges, planRanges, usualRanges } from '#market/domain/range-plan.ts'

test('ranges follow one another, cover every part, and differ by one at the most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 1, max: 200 }),
      (parts, wanted) => {
        const ranges = planRanges(parts, wanted)
        expect(ranges.length).toBe(Math.min(parts, wanted, mostRanges))
        let next = 0
        for (const range of ranges) {
          expect(range.first).toBe(next)
          next += range.parts
        }
        expect(next).toBe(parts)
        const lengths = ranges.map((range) => range.parts)
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
      },
    ),
  )
})

test('a video is sold in as many ranges as there are encoders, unless it is too short for that', () => {
  expect(usualRanges(100, 4)).toBe(4)
  expect(usualRanges(9, 4)).toBe(2)
  expect(usualRanges(3, 4)).toBe(1)
  expect(usualRanges(100, 0)).toBe(1)
  expect(usualRanges(5_000, 900)).toBe(mostRanges)
})
