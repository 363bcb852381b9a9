import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { box, boxesIn, uint32 } from '#node/encoding/fmp4/boxes.ts'
import type { Fragment } from '#node/encoding/fmp4/fragment.ts'
import { readFragment, samplesIn, writeFragment } from '#node/encoding/fmp4/fragment.ts'
import { hasFragmentInPlace } from '#node/encoding/fmp4/fragment-place.ts'
import { audioInit, configIn, videoClock, videoInit } from '#node/encoding/fmp4/init-segment.ts'

const sample = fc.record({
  bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  delay: fc.integer({ min: -8, max: 8 }),
})

/** Delays count from the first picture's. */
const fragments: fc.Arbitrary<Fragment> = fc.record({
  index: fc.nat(100_000),
  start: fc.nat(10_000_000),
  samples: fc
    .array(sample, { minLength: 1, maxLength: 12 })
    .map(([first, ...others]) => [
      { bytes: first?.bytes ?? new Uint8Array(), delay: 0 },
      ...others,
    ]),
})
const ticks = fc.integer({ min: 1, max: 2_000 })

const plain = ({ samples, ...place }: Fragment) => ({
  ...place,
  samples: samples.map(({ bytes, delay }) => ({ bytes: [...bytes], delay })),
})

describe('a segment', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(fragments, ticks, (fragment, unitTicks) => {
        const read = readFragment(writeFragment(fragment, unitTicks), unitTicks)
        expect(plain(read)).toEqual(plain(fragment))
      }),
    )
  })

  test('has one form: whatever else is in it, or missing, it is none of ours', () => {
    fc.assert(
      fc.property(fragments, fc.nat(), fc.integer({ min: 1, max: 255 }), (fragment, at, change) => {
        const bytes = Buffer.from(writeFragment(fragment, 512))
        const media = boxesIn(bytes).at(-1)?.body.length ?? 0
        const place = at % (bytes.length - media)
        bytes[place] = (bytes[place] ?? 0) ^ change
        const read = () => plain(readFragment(bytes, 512))
        // A table may say something else in the same form; then it says it to whoever reads it.
        try {
          expect(read()).not.toEqual(plain(fragment))
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
        }
        const whole = writeFragment(fragment, 512)
        for (const other of [
          whole.subarray(0, -1),
          Buffer.concat([whole, whole]),
          Buffer.concat([whole, box('free')]),
        ])
          expect(() => readFragment(other, 512)).toThrow(RangeError)
      }),
    )
  })

  test('is in its place with its pictures in any order but none twice, and in no other', () => {
    const rate = { numerator: 24, denominator: 1 }
    const { unitTicks } = videoClock(rate)
    const picture = (delay: number) => ({ bytes: Uint8Array.of(1), delay })
    const of = (...delays: readonly number[]) =>
      writeFragment({ index: 3, start: 72, samples: delays.map(picture) }, unitTicks)
    const place = { first: 72, frames: 4, rate }
    expect(hasFragmentInPlace(of(0, 2, -1, -1), place, 3)).toBe(true)
    expect(hasFragmentInPlace(of(0, 0, 0, 0), place, 3)).toBe(true)
    expect(hasFragmentInPlace(of(0, 2, -1, 0), place, 3)).toBe(false)
    expect(hasFragmentInPlace(of(0, 0, 0), place, 3)).toBe(false)
    expect(hasFragmentInPlace(of(0, 0, 0, 0), place, 2)).toBe(false)
    expect(hasFragmentInPlace(of(0, 0, 0, 0), { ...place, first: 71 }, 3)).toBe(false)
  })

  test('of another muxer gives its samples, with what its rows leave to the head of the track', () => {
    const head = (flags: number, ...fields: readonly number[]) => uint32(flags, ...fields)
    const moof = box(
      'moof',
      box('mfhd', uint32(0, 1)),
      box('traf', box('tfhd', head(0x18, 1, 512, 2)), box('trun', head(0x801, 2, 0, 1024, 1536))),
    )
    const file = Buffer.concat([moof, box('mdat', Uint8Array.of(1, 2, 3, 4))])
    expect(samplesIn(file).map(({ bytes, delay }) => [...bytes, delay])).toEqual([
      [1, 2, 0],
      [3, 4, 1],
    ])
  })
})

test('a table that claims more samples than there are bytes is not gone through', () => {
  const run = box('traf', box('tfhd', uint32(0x10, 1, 0)), box('trun', uint32(0, 0x7fff_ffff)))
  const file = Buffer.concat([box('moof', run), box('mdat', Uint8Array.of(1))])
  expect(() => samplesIn(file)).toThrow('more samples than bytes')
})

describe('an initialization segment', () => {
  const track = {
    ...{ width: 1280, height: 720, rate: { numerator: 30_000, denominator: 1001 } },
    ...{ format: 'vp09', config: box('vpcC', Uint8Array.of(1, 2, 3)) },
  }

  test('holds whole boxes and the configuration that it was given', () => {
    const init = videoInit(track)
    expect(boxesIn(init).map(({ type }) => type)).toEqual(['ftyp', 'moov'])
    expect(configIn(init, 'vpcC')).toEqual(track.config)
    expect(() => configIn(audioInit(), 'vpcC')).toThrow(RangeError)
  })

  test.each([
    [24, 1, 12_288, 512],
    [30_000, 1001, 30_000, 1001],
    [60, 1, 15_360, 256],
    [1, 5, 16_384, 81_920],
  ])(
    'gives each picture of %i/%i a whole time on a clock that is fine enough',
    (numerator, denominator, timescale, unitTicks) => {
      expect(videoClock({ numerator, denominator })).toEqual({ timescale, unitTicks })
    },
  )
})
