import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BrowserPlan } from '#protocol/api/browser.ts'
import { framesInSegment, segmentCount, segmentStart } from '#protocol/grid.ts'
import type { BitLending } from '#ui/features/encode/bit-lending.ts'
import { createBitLending } from '#ui/features/encode/bit-lending.ts'
import { isKeyFrame, keyDistance } from '#ui/features/encode/key-frames.ts'
import { usualShare } from '#ui/features/encode/video-config.ts'

const kbps = 1_000
const gridAt = (rate: number, frames: number): BrowserPlan['grid'] => ({
  rate: { numerator: rate, denominator: 1 },
  ...{ frames, segmentFrames: 4 * rate, partSegments: 4, leadSeconds: 1 },
})
const bytesAt = (rate: number, share: number): number => (share * kbps * 1_000) / rate / 8

/** Plays a film to an encoder that keeps to what it is asked for, and is so many frames behind. Gives the share of each frame. */
function play(
  grid: BrowserPlan['grid'],
  {
    cuts = new Set<number>(),
    behind = 3,
    keys = () => false,
  }: {
    readonly cuts?: ReadonlySet<number>
    readonly behind?: number
    /** Key frames of the encoder's own, by the share of a frame and of the one before. */
    readonly keys?: (frame: number, share: number, before: number) => boolean
  } = {},
): readonly number[] {
  const lending = createBitLending({ grid, rendition: { kbps } })
  const shares: number[] = []
  for (let frame = 0; frame < grid.frames; frame += 1) {
    shares.push(lending.shareFor(frame, cuts.has(frame)))
    if (frame >= behind) spend(lending, frame - behind)
  }
  return shares

  function spend(to: BitLending, frame: number): void {
    const share = shares[frame] ?? 0
    const isKey = isKeyFrame(grid, frame) || keys(frame, share, shares[frame - 1] ?? share)
    to.spent(frame, bytesAt(grid.rate.numerator, share), isKey)
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

test('pictures after a key frame have more, and those that follow pay for it', () => {
  const shares = play(gridAt(24, 192))
  expect(shares.slice(0, 8)).toEqual(new Array(8).fill(3))
  expect(new Set(shares.slice(8, 48))).toEqual(new Set([expect.closeTo(1.08)]))
  expect(shares.slice(48, 96)).toEqual(shares.slice(0, 48))
})

test.each([5, 10, 12, 24, 25, 30, 50, 60])(
  'at %i frames a second, what is asked for comes to the usual share from key frame to key frame',
  (rate) => {
    const grid = gridAt(rate, 8 * rate)
    const shares = play(grid)
    expect(sum(shares) / shares.length).toBeCloseTo(usualShare)
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.9 - 1e-9)
    expect(keyDistance(grid)).toBe(2 * rate)
  },
)

test('where key frames are closer than what is lent for, nothing is', () => {
  expect(new Set(play(gridAt(4, 32)))).toEqual(new Set([usualShare]))
})

test('pictures after a cut have more as well', () => {
  const shares = play(gridAt(24, 96), { cuts: new Set([20]) })
  expect(shares.slice(18, 30).map((share) => share > usualShare)).toEqual([
    ...[false, false],
    ...new Array<boolean>(8).fill(true),
    ...[false, false],
  ])
})

test('however many cuts a film has, and however far behind the encoder is, no segment outgrows its cap', () => {
  const film = fc.record({
    rate: fc.constantFrom(12, 24, 30, 60),
    frames: fc.integer({ min: 1, max: 700 }),
    behind: fc.integer({ min: 0, max: 6 }),
    cuts: fc.uniqueArray(fc.integer({ min: 0, max: 699 }), { maxLength: 300 }),
  })
  fc.assert(
    fc.property(film, ({ rate, frames, behind, cuts }) => {
      const grid = gridAt(rate, frames)
      const shares = play(grid, { behind, cuts: new Set(cuts) })
      for (let segment = 0; segment < segmentCount(grid); segment += 1) {
        const [first, length] = [segmentStart(grid, segment), framesInSegment(grid, segment)]
        const bytes = sum(shares.slice(first, first + length).map((share) => bytesAt(rate, share)))
        expect(Math.floor(bytes)).toBeLessThanOrEqual(bytesAt(rate, length + 2 * rate))
      }
    }),
  )
})

describe('an encoder', () => {
  test('that begins anew at each change is let alone', () => {
    const shares = play(gridAt(24, 480), { keys: (_, share, before) => share !== before })
    expect(new Set(shares.slice(100))).toEqual(new Set([usualShare]))
  })

  test('that makes a key frame of its own at each cut goes on as it is', () => {
    const cuts = new Set([20, 70, 120, 170, 220, 270])
    const shares = play(gridAt(24, 480), { cuts, keys: (frame) => cuts.has(frame) })
    expect(shares.slice(432, 440)).toEqual(new Array(8).fill(3))
  })
})
