import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildLadder } from '#market/domain/ladder.ts'
import { Ladder } from '#protocol/ladder.ts'

const sizes = (width: number, height: number) =>
  buildLadder(width, height).map(
    (rendition) => `${rendition.name} ${rendition.width}x${rendition.height}`,
  )

test('a 1080p source gets exactly the presets', () => {
  expect(buildLadder(1920, 1080)).toEqual([
    { name: '1080p', width: 1920, height: 1080, kbps: 4500, profile: 'high', level: '4.1' },
    { name: '720p', width: 1280, height: 720, kbps: 2500, profile: 'high', level: '4.0' },
    { name: '480p', width: 854, height: 480, kbps: 1000, profile: 'main', level: '3.1' },
  ])
})

test('a portrait source gets the ladder of its short side, upright', () => {
  expect(sizes(1080, 1920)).toEqual(['1080p 1080x1920', '720p 720x1280', '480p 480x854'])
})

test('a square source keeps its shape', () => {
  expect(sizes(800, 800)).toEqual(['720p 720x720', '480p 480x480'])
})

test('an ultra-wide source is made smaller until it has no more pixels than the preset', () => {
  expect(sizes(3840, 1080)).toEqual(['1080p 2716x764', '720p 1810x510', '480p 1208x340'])
})

test('a source below every preset gets one rendition of its own size, named after its short side', () => {
  expect(buildLadder(640, 360)).toEqual([
    { name: '360p', width: 640, height: 360, kbps: 650, profile: 'main', level: '3.1' },
  ])
})

test('an odd source loses a line rather than gain one', () => {
  expect(sizes(853, 479)).toEqual(['478p 852x478'])
})

const pace = (videoKbps: number, rate = 30, codec = 'h264') => ({
  rate: { numerator: rate, denominator: 1 },
  videoKbps,
  codec,
})

const caps = (ladder: Ladder): readonly number[] => ladder.map(({ kbps }) => kbps)

test('five megabits a second are worth the whole ladder', () => {
  expect(buildLadder(1920, 1080, pace(5000))).toEqual(buildLadder(1920, 1080))
})

test('a source of 150 kilobits a second is not inflated in any size', () => {
  expect(caps(buildLadder(1920, 1080, pace(150)))).toEqual([150, 150, 150])
  expect(caps(buildLadder(640, 360, pace(150)))).toEqual([150])
})

test('a rendition takes no more than the source spends on as many pixels', () => {
  expect(caps(buildLadder(1920, 1080, pace(2000)))).toEqual([2000, 1090, 600])
})

test('a younger codec has said more with the same bits', () => {
  expect(caps(buildLadder(1920, 1080, pace(2000, 30, 'hevc')))).toEqual([3200, 1750, 950])
})

test('sixty pictures a second take a higher level where theirs allows too few', () => {
  const ladder = buildLadder(1920, 1080, pace(9000, 60))
  expect(ladder.map(({ name, level }) => `${name}@${level}`)).toEqual([
    '1080p@4.2',
    '720p@4.0',
    '480p@3.1',
  ])
})

test.each([
  [1, 1, '2p 2x2'],
  [2, 2, '2p 2x2'],
  [15, 15, '14p 14x14'],
  [312, 240, '240p 312x240'],
])('%ix%i is encoded at its own size', (width, height, expected) => {
  expect(sizes(width, height)).toEqual([expected])
})

test('8K and 32:9 stay within the presets', () => {
  expect(sizes(7680, 4320)).toEqual(['1080p 1920x1080', '720p 1280x720', '480p 854x480'])
  expect(sizes(5120, 1440)).toEqual(['1080p 2716x764', '720p 1810x510', '480p 1208x340'])
})

const side = fc.integer({ min: 1, max: 16_384 })
const macroblocks = { '3.1': 3600, '4.0': 8192, '4.1': 8192 }

test('every ladder is one that the protocol takes', () => {
  fc.assert(
    fc.property(side, side, (width, height) => {
      expect(() => Ladder.parse(buildLadder(width, height))).not.toThrow()
    }),
  )
})

test('nothing is ever enlarged, beyond the two pixels that the smallest picture needs', () => {
  fc.assert(
    fc.property(side, side, (width, height) => {
      for (const rendition of buildLadder(width, height)) {
        expect(rendition.width).toBeLessThanOrEqual(Math.max(2, width))
        expect(rendition.height).toBeLessThanOrEqual(Math.max(2, height))
      }
    }),
  )
})

test('every rendition stays within its level, and the shape within a pixel of rounding', () => {
  fc.assert(
    fc.property(side, side, (width, height) => {
      for (const { level, ...rendition } of buildLadder(width, height)) {
        const blocks = Math.ceil(rendition.width / 16) * Math.ceil(rendition.height / 16)
        expect(blocks).toBeLessThanOrEqual(macroblocks[level as keyof typeof macroblocks])
        const scale = Math.min(
          1,
          Math.sqrt((rendition.width * rendition.height) / (width * height)),
        )
        if (scale * Math.min(width, height) < 32) continue
        const stretch = (rendition.width * height) / (rendition.height * width)
        expect(Math.abs(stretch - 1)).toBeLessThan(4 / Math.min(rendition.width, rendition.height))
      }
    }),
  )
})

test('turning a source turns its ladder', () => {
  fc.assert(
    fc.property(side, side, (width, height) => {
      const turned = buildLadder(height, width).map((rendition) => ({
        ...rendition,
        width: rendition.height,
        height: rendition.width,
      }))
      expect(buildLadder(width, height)).toEqual(turned)
    }),
  )
})
