import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameGrid, partCount, partWindow, segmentCount } from '#protocol/grid.ts'
import { JobOffer } from '#protocol/offer.ts'
import { formatOperation, parseOperation } from '#protocol/operation.ts'
import { framesAsked, partsAsked, segmentSpan, trackSpan, wholeGrid } from '#protocol/range.ts'
import { anOffer, jobId } from '../support/builders.ts'

const plain = {
  rate: { numerator: 30, denominator: 1 },
  frames: 5_000,
  segmentFrames: 120,
  partSegments: 4,
  leadSeconds: 3,
}

/** A grid, and where it is cut into ranges. */
const cut = fc
  .record({
    frames: fc.integer({ min: 500, max: 20_000 }),
    partSegments: fc.integer({ min: 1, max: 4 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ share, ...members }) => {
    const grid = { ...plain, ...members }
    const parts = partCount(grid)
    return { grid, parts, at: 1 + Math.floor(share * (parts - 2)) }
  })
  .filter(({ parts }) => parts > 1)

test('two ranges of a grid ask for all of it and for nothing twice', () => {
  fc.assert(
    fc.property(cut, ({ grid, parts, at }) => {
      const left = FrameGrid.parse({ ...grid, range: { first: 0, parts: at } })
      const right = FrameGrid.parse({ ...grid, range: { first: at, parts: parts - at } })
      expect([...partsAsked(left), ...partsAsked(right)]).toEqual(partsAsked(grid))
      expect(framesAsked(left) + framesAsked(right)).toBe(grid.frames)
      const [before, after] = [segmentSpan(left), segmentSpan(right)]
      expect([before.first, before.segments]).toEqual([0, after.first])
      expect(after.first + after.segments).toBe(segmentCount(grid))
      expect(after.first).toBe(partWindow(grid, at).firstSegment)
      expect(trackSpan(left, 'audio')).toEqual({ first: 0, segments: segmentCount(grid) })
      expect(wholeGrid(right)).toEqual(grid)
    }),
  )
})

test('a range that is all of a grid, or more than it, is none', () => {
  const parts = partCount(plain)
  const withRange = (first: number, count: number) =>
    FrameGrid.safeParse({ ...plain, range: { first, parts: count } }).success
  expect(withRange(0, parts - 1)).toBe(true)
  expect(withRange(parts - 1, 1)).toBe(true)
  expect(withRange(0, parts)).toBe(false)
  expect(withRange(1, parts)).toBe(false)
  expect(withRange(parts, 1)).toBe(false)
  expect(withRange(0, 0)).toBe(false)
  expect(withRange(-1, 2)).toBe(false)
})

test('the offer of a range names the whole, and comes back from the chain as it went', () => {
  const { grid } = anOffer()
  const asked = anOffer({
    grid: { ...grid, range: { first: 1, parts: 1 } },
    whole: jobId('alice', 9),
  })
  expect(parseOperation(formatOperation(asked))).toEqual({ ok: true, operation: asked })
  const { whole: _, ...nameless } = asked
  expect(JobOffer.safeParse(wire(nameless)).success).toBe(false)
  expect(JobOffer.safeParse(wire({ ...asked, grid })).success).toBe(false)
})

test('what is copied is not sold in ranges', () => {
  const { grid } = anOffer()
  const copied = anOffer({ grid: { ...grid, range: { first: 1, parts: 1 } }, copied: '480p' })
  const asked = { ...copied, whole: jobId('alice', 9) }
  expect(JobOffer.safeParse(wire(asked)).success).toBe(false)
})

function wire(offer: JobOffer): unknown {
  return { ...offer, ceiling: '1.000 HBD' }
}
