import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FrameGrid as Grid } from '#protocol/grid.ts'
import {
  areOfferable,
  FrameGrid,
  framesInSegment,
  partCount,
  partOfSegment,
  partWindow,
  SegmentLengths,
  segmentCount,
  segmentStart,
} from '#protocol/grid.ts'

const plain = {
  rate: { numerator: 30, denominator: 1 },
  frames: 500,
  segmentFrames: 120,
  partSegments: 4,
  leadSeconds: 3,
}

const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 60 })

const grids: fc.Arbitrary<Grid> = fc.oneof(
  fc
    .record({
      frames: fc.integer({ min: 1, max: 3_000 }),
      partSegments: fc.integer({ min: 1, max: 16 }),
    })
    .map((members) => ({ ...plain, ...members })),
  lengths.map((own) => ({
    ...plain,
    frames: own.reduce((sum, length) => sum + length, 0),
    segmentFrames: Math.max(...own),
    lengths: own,
  })),
)

test('segments and parts cover every frame of any grid once, in order', () => {
  fc.assert(
    fc.property(grids, (grid) => {
      let frame = 0
      let segment = 0
      for (let part = 0; part < partCount(grid); part += 1) {
        const window = partWindow(grid, part)
        expect(window.startFrame).toBe(frame)
        expect(window.firstSegment).toBe(segment)
        for (let index = 0; index < window.segments; index += 1) {
          expect(partOfSegment(grid, segment)).toBe(part)
          expect(segmentStart(grid, segment)).toBe(frame)
          expect(framesInSegment(grid, segment)).toBeGreaterThan(0)
          frame += framesInSegment(grid, segment)
          segment += 1
        }
        expect(window.startFrame + window.frames).toBe(frame)
      }
      expect(frame).toBe(grid.frames)
      expect(segment).toBe(segmentCount(grid))
    }),
  )
})

test('a grid with lengths survives its wire form', () => {
  fc.assert(
    fc.property(lengths, (own) => {
      expect(SegmentLengths.decode(SegmentLengths.encode(own))).toEqual(own)
    }),
  )
  expect(SegmentLengths.encode([120, 120, 120, 96])).toBe('120x3,96')
})

test('lengths that do not add up to the frames, or a longer one than said, make no grid', () => {
  expect(FrameGrid.safeParse({ ...plain, lengths: '120x4,20' }).success).toBe(true)
  expect(FrameGrid.safeParse({ ...plain, lengths: '120x4' }).success).toBe(false)
  expect(FrameGrid.safeParse({ ...plain, lengths: '121,120x3,19' }).success).toBe(false)
})

test('a short text cannot stand for more segments than memory should hold', () => {
  expect(SegmentLengths.safeParse('1x99999,1x99999').success).toBe(false)
  expect(SegmentLengths.safeParse('0x3').success).toBe(false)
  expect(SegmentLengths.safeParse('1,,2').success).toBe(false)
})

test('lengths that an offer has no room for are known beforehand', () => {
  expect(areOfferable(new Array(5_000).fill(120))).toBe(true)
  expect(areOfferable(new Array(5_001).fill(120))).toBe(false)
  expect(areOfferable(Array.from({ length: 1_500 }, (_, index) => 100 + (index % 2)))).toBe(false)
})
