import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSlow, usualPace } from '#market/domain/slow-range.ts'
import { time } from '../../support/builders.ts'

const start = 1_000_000
const work = { acceptedAt: time(start), readyBy: time(start + 10_000), frames: 1_000, heard: null }
/** Seconds a frame: the range is usually done in 500 s. */
const pace = 0.5
const heardAt = (seconds: number, percent: number) => ({
  ...{ percent, at: time(start + seconds), isLost: false },
})

describe('a range', () => {
  test('is slow when its encoder has broken its promise, whatever others took', () => {
    expect(isSlow(work, null, time(start + 10_000))).toBe(false)
    expect(isSlow(work, null, time(start + 10_001))).toBe(true)
  })

  test('is not slow before others are finished, by which it could be told', () => {
    expect(isSlow({ ...work, heard: heardAt(4_990, 1) }, null, time(start + 5_000))).toBe(false)
  })

  test('is slow when it is on the way to twice the usual time, and not before', () => {
    const foretold = (percent: number) =>
      isSlow({ ...work, heard: heardAt(300, percent) }, pace, time(start + 300))
    expect(foretold(31)).toBe(false)
    expect(foretold(29)).toBe(true)
  })

  test('is slow when its encoder is lost, and not merely because it has said nothing new', () => {
    const heard = heardAt(200, 90)
    const lost = { ...heard, isLost: true }
    expect(isSlow({ ...work, heard }, null, time(start + 400))).toBe(false)
    expect(isSlow({ ...work, heard: lost }, null, time(start + 261))).toBe(true)
  })

  test('is slow when it stands still, whatever its encoder says', () => {
    const standing = (seconds: number) =>
      isSlow({ ...work, heard: heardAt(seconds, 90) }, pace, time(start + seconds))
    expect(standing(900)).toBe(false)
    expect(standing(1_001)).toBe(true)
  })

  test('is slow when nothing is heard of it for as long as others take for all', () => {
    expect(isSlow(work, pace, time(start + 500))).toBe(false)
    expect(isSlow(work, pace, time(start + 501))).toBe(true)
  })

  test('that is as fast as the others is never slow', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 100 }),
        (usual, frames, percent) => {
          const seconds = Math.ceil((usual * frames * percent) / 100)
          const heard = heardAt(seconds, percent)
          const readyBy = time(2_000_000_000)
          const now = time(start + seconds)
          expect(isSlow({ ...work, readyBy, frames, heard }, usual, now)).toBe(false)
        },
      ),
    )
  })
})

test('the usual pace is the middle one, so that one odd range decides nothing', () => {
  const took = (...seconds: readonly number[]) =>
    seconds.map((each) => ({ seconds: each, frames: 10 }))
  expect(usualPace([])).toBe(null)
  expect(usualPace(took(50))).toBe(5)
  expect(usualPace(took(10, 9_000, 20))).toBe(2)
})
