import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CopyPlan, OwnVideo } from '#market/domain/copied-rendition.ts'
import { isWithinProfile, keepsCap, planCopy } from '#market/domain/copied-rendition.ts'
import { buildLadder } from '#market/domain/ladder.ts'
import { FrameGrid } from '#protocol/grid.ts'

const rate = { numerator: 30, denominator: 1 }
const grid: FrameGrid = { rate, frames: 900, segmentFrames: 120, partSegments: 4, leadSeconds: 3 }
const ladder = buildLadder(1920, 1080)

const everySecond = (seconds: number) =>
  Array.from({ length: Math.ceil(30 / seconds) }, (_, index) => index * 30 * seconds)

function anOwnVideo(overrides: Partial<OwnVideo> = {}): OwnVideo {
  return {
    codec: 'h264',
    profile: 'High',
    level: 40,
    width: 1920,
    height: 1080,
    isPlain: true,
    keyFrames: everySecond(2),
    ...overrides,
  }
}

/** The plan for a video that may be copied. */
function planOf(own: OwnVideo, wanted = grid): CopyPlan {
  const plan = planCopy(own, ladder, wanted)
  if (typeof plan === 'string') throw new Error(plan)
  return plan
}

test('what a streaming program records is copied, in segments of two groups', () => {
  const plan = planOf(anOwnVideo())
  expect(plan.rendition.name).toBe('1080p')
  expect(plan.grid.lengths).toEqual([120, 120, 120, 120, 120, 120, 120, 60])
  expect(FrameGrid.safeParse({ ...plan.grid, lengths: '120x7,60' }).success).toBe(true)
})

test.each([
  ['another codec', 'codec', { codec: 'hevc' }],
  ['a higher profile', 'profile', { profile: 'High 4:2:2' }],
  ['a profile of its own kind', 'profile', { profile: 'Baseline' }],
  ['a higher level', 'level', { level: 42 }],
  ['a size that is no rendition’s', 'size', { width: 1918 }],
  ['pictures that are not shown as they are stored', 'pictures', { isPlain: false }],
  ['a group longer than a segment may be', 'key-frames', { keyFrames: [0, 200, 400, 600, 800] }],
  ['no key frame at the beginning', 'key-frames', { keyFrames: everySecond(2).slice(1) }],
] as const)('%s is encoded, not copied, and it is said why', (_, obstacle, overrides) => {
  expect(planCopy(anOwnVideo(overrides), ladder, grid)).toBe(obstacle)
})

test('a simpler profile and level than a rendition’s may be copied for it', () => {
  const { rendition } = planOf(anOwnVideo({ profile: 'Constrained Baseline', level: 31 }))
  expect(rendition.name).toBe('1080p')
  expect(isWithinProfile('High', 'main')).toBe(false)
})

test('segments of copied video last two to six seconds, the last one excepted, and begin at key frames', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 180 }), { minLength: 1, maxLength: 80 })
  fc.assert(
    fc.property(gaps, (steps) => {
      const keyFrames = [0]
      for (const step of steps) keyFrames.push((keyFrames.at(-1) ?? 0) + step)
      const frames = keyFrames.pop() ?? 1
      const plan = planCopy(anOwnVideo({ keyFrames }), ladder, { ...grid, frames })
      if (typeof plan === 'string') return
      const { lengths = [] } = plan.grid
      let start = 0
      for (const [index, length] of lengths.entries()) {
        expect(keyFrames).toContain(start)
        expect(length).toBeLessThanOrEqual(180)
        if (index < lengths.length - 1) expect(length).toBeGreaterThanOrEqual(60)
        start += length
      }
      expect(start).toBe(frames)
    }),
  )
})

test('a video that takes more than its rendition may is not copied, neither on the whole nor for a moment', () => {
  const [rendition] = ladder
  const segments = (bytes: number, peak = bytes) =>
    Array.from({ length: 8 }, (_, index) => ({ bytes: index === 3 ? peak : bytes, units: 120 }))
  const whole = { ...grid, frames: 960 }
  expect(keepsCap(segments(2_000_000), rendition!, whole)).toBe(true)
  expect(keepsCap(segments(2_600_000), rendition!, whole)).toBe(false)
  expect(keepsCap(segments(500_000, 4_000_000), rendition!, whole)).toBe(false)
})
