import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildLadder } from '#market/domain/ladder.ts'
import { defaultPrices, ladderPrice, scalePrices } from '#market/domain/pricing.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { anOffer, hbd } from '../../support/builders.ts'

const { grid } = anOffer()
const minute = { ...grid, rate: { numerator: 24, denominator: 1 }, frames: 24 * 60 }
const priceOf = (ladder: readonly Rendition[], frames = minute.frames) =>
  ladderPrice(defaultPrices, { ladder: [...ladder], grid: { ...minute, frames } })
const rendition = (name: string, width: number, height: number): Rendition => ({
  name,
  width,
  height,
  kbps: 1_000,
  profile: 'main',
  level: '3.1',
})

describe('the price of a ladder', () => {
  test.each([
    ['a full one', buildLadder(1920, 1080), 35n],
    ['a portrait one', buildLadder(1080, 1920), 35n],
    ['an ultra-wide one', buildLadder(3840, 1080), 35n],
    ['a square one', buildLadder(800, 800), 15n],
    ['one below every preset', buildLadder(320, 180), 5n],
  ])('of %s is that of its presets for a minute', (_, ladder, price) => {
    expect(priceOf(ladder)).toBe(price)
  })

  test.each([
    ['480p', 1280, 720, 10n],
    ['999p', 1920, 1080, 20n],
    ['360p', 640, 360, 5n],
    ['1080p', 640, 360, 20n],
  ])(
    'called %s at %ix%i follows the size, and never falls below the name',
    (name, width, height, price) => {
      expect(priceOf([rendition(name, width, height)])).toBe(price)
    },
  )

  test('is not to be had for a picture larger than every preset, whatever it is called', () => {
    expect(priceOf([rendition('480p', 8192, 8192)])).toBeNull()
  })

  test('is rounded up once, to at least a thousandth', () => {
    expect(priceOf(buildLadder(640, 360), 1)).toBe(1n)
    expect(priceOf(buildLadder(640, 360), minute.frames + 1)).toBe(6n)
  })

  test('never falls when the video grows', () => {
    const frames = fc.integer({ min: 1, max: 10_000_000 })
    fc.assert(
      fc.property(frames, frames, (one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)]
        const ladder = buildLadder(1920, 1080)
        expect(priceOf(ladder, short)! <= priceOf(ladder, long)!).toBe(true)
      }),
    )
  })

  test('every ladder that is built has a price', () => {
    const side = fc.integer({ min: 1, max: 16_384 })
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(priceOf(buildLadder(width, height))).not.toBeNull()
      }),
    )
  })

  test('doubles with its price list', () => {
    const doubled = scalePrices(defaultPrices, 200n).map(({ perMinute }) => perMinute)
    expect(doubled).toEqual([hbd(40n), hbd(20n), hbd(10n)])
  })
})
