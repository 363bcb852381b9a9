import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFramePace } from '#ui/features/encode/frame-pace.ts'

const rate = { numerator: 10, denominator: 1 }

/** How often each picture is shown, by the seconds at which pictures begin. */
function shown(seconds: readonly number[], window = { first: 0, end: 10 }): number[] {
  const pace = createFramePace({ rate }, window)
  const [, ...before] = seconds.map(pace.add)
  return [...before, pace.finish()]
}

test('pictures at the rate of the grid are shown once each', () => {
  const even = Array.from({ length: 10 }, (_, frame) => frame / 10)
  expect(shown(even)).toEqual(new Array(10).fill(1))
})

test('a picture stands until the next one begins, and the last to the end', () => {
  expect(shown([0, 0.3, 0.4])).toEqual([3, 1, 6])
})

test('the first picture stands from the first frame on, however late it comes', () => {
  expect(shown([0.35, 0.5])).toEqual([5, 5])
})

test('of pictures that fall on one frame the last is shown', () => {
  expect(shown([0, 0.1, 0.12, 0.2])).toEqual([1, 0, 1, 8])
})

test('a window in the middle begins with the picture that is shown then', () => {
  expect(shown([0.4, 0.52, 0.7], { first: 5, end: 8 })).toEqual([0, 2, 1])
})

test('every frame of a window is filled once, whatever times pictures have', () => {
  const times = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), {
    minLength: 1,
    maxLength: 40,
  })
  fc.assert(
    fc.property(times, fc.nat(9), fc.integer({ min: 1, max: 20 }), (seconds, first, length) => {
      const counts = shown(seconds.toSorted(), { first, end: first + length })
      expect(counts.every((count) => count >= 0)).toBe(true)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(length)
    }),
  )
})
