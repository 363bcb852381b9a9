import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameGrid, mostSegments } from '#market/domain/offer-terms.ts'
import { FrameGrid, gridSeconds, segmentCount } from '#protocol/grid.ts'

const hour = 3600

/** The grid of a video at a whole rate, with its segments and parts in seconds. */
function gridOf(seconds: number, rate: number, longestGopSeconds = 2) {
  const grid = frameGrid(
    { numerator: rate, denominator: 1 },
    Math.round(seconds * rate),
    longestGopSeconds,
  )
  const segmentSeconds = grid.segmentFrames / rate
  return { ...grid, segmentSeconds, partSeconds: segmentSeconds * grid.partSegments }
}

test('an ordinary video has segments of four seconds and parts of sixteen', () => {
  expect(gridOf(600, 30)).toMatchObject({ segmentSeconds: 4, partSeconds: 16, leadSeconds: 3 })
  expect(frameGrid({ numerator: 30_000, denominator: 1001 }, 900, 2).segmentFrames).toBe(120)
})

test.each([
  [2.2 * hour, 10, 4],
  [2.3 * hour, 10, 6],
  [4 * hour, 25, 8],
  [12 * hour, 60, 24],
])('%i seconds at %i fps have segments of %i seconds', (seconds, rate, expected) => {
  const grid = gridOf(seconds, rate)
  expect(grid.segmentSeconds).toBe(expected)
  expect(segmentCount(grid)).toBeLessThanOrEqual(mostSegments)
  expect(grid.partSeconds).toBeGreaterThanOrEqual(16)
  expect(grid.partSeconds).toBeLessThanOrEqual(24)
})

test('parts grow with what has to be decoded ahead of each', () => {
  expect(gridOf(600, 30, 10)).toMatchObject({ partSeconds: 20, leadSeconds: 10 })
  expect(gridOf(600, 30, 30)).toMatchObject({ partSeconds: 60, leadSeconds: 30 })
  expect(gridOf(600, 30, 600)).toMatchObject({ partSeconds: 64, leadSeconds: 600 })
})

test('whatever a video is like, no rendition has more than two thousand segments', () => {
  const rates = fc.constantFrom([1, 1], [10, 1], [24_000, 1001], [25, 2], [30, 1], [60, 1])
  const frames = fc.integer({ min: 1, max: 12 * hour * 60 })
  fc.assert(
    fc.property(rates, frames, fc.integer({ min: 0, max: 600 }), ([a = 1, b = 1], count, gop) => {
      const grid = frameGrid({ numerator: a, denominator: b }, count, gop)
      expect(FrameGrid.parse(grid)).toEqual(grid)
      expect(segmentCount(grid)).toBeLessThanOrEqual(mostSegments)
      expect(gridSeconds(grid)).toBeCloseTo((count * b) / a, 6)
    }),
  )
})
