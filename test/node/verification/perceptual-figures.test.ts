import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { browserClass } from '#node/encoding/browser-class.ts'
import { challengeTier } from '#node/verification/challenge-check.ts'
import { coloursOf, strictColours } from '#node/verification/colour-tolerance.ts'
import {
  isAboutWave,
  isKeptAsWell,
  judgePicture,
  judgeSound,
  namedPictureFigures,
} from '#node/verification/judgement.ts'
import { keptSound } from '#node/verification/kept-sound.ts'
import type { PictureFigures } from '#node/verification/picture-figures.ts'
import type { Tiles } from '#node/verification/picture-tiles.ts'
import { compareTiles } from '#node/verification/picture-tiles.ts'
import { comparedRate } from '#node/verification/sound-arguments.ts'
import { soundFigures } from '#node/verification/sound-figures.ts'
import { ErrorLine, parseStatistics, SimilarityLine } from '#node/verification/statistics-file.ts'
import { pictureLimits, soundLimits } from '#node/verification/thresholds.ts'
import { Fault } from '#protocol/attestation.ts'
import { cid, encoderProfile } from '#test/support/builders.ts'
import { createDice } from '#test/support/dice.ts'

const place = { rendition: '480p', segment: 3 }

const perfect: PictureFigures = {
  similarityLoss: 0,
  worstSimilarityLoss: 0,
  noiseGain: 0,
  chromaNoiseGain: 0,
  detailRatio: 1,
  frozenShare: 0,
  blackShare: 0,
  tilePeak: 0,
  tileLasting: 0,
  shiftGain: 0,
  reference: { similarity: 0.99, detailKept: 0.6 },
}

/** As many bytes as the reference, or more or fewer; the cap would have given twice as many. */
const bytes = (ratio: number) => ({ delivered: 1_000 * ratio, reference: 1_000, cap: 2_000 })

describe('the judgement', () => {
  test('an encode like the own one has no fault', () => {
    expect(judgePicture(perfect, bytes(1), place)).toEqual([])
  })

  test('what is better than the own one has no fault', () => {
    const better = { ...perfect, noiseGain: -9, similarityLoss: -0.1, detailRatio: 3 }
    expect(judgePicture(better, bytes(4), place)).toEqual([])
  })

  test('a figure beyond its limit is a fault with the figure and the limit in thousandths', () => {
    const [fault] = judgePicture({ ...perfect, noiseGain: 6.1234 }, bytes(1), place)
    expect(fault).toEqual({
      code: 'quality-low',
      ...place,
      evidence: {
        figure: 'noise-gain',
        measured: 6_123,
        limit: Math.round(pictureLimits.noiseGain * 1_000),
      },
    })
    expect(Fault.parse(fault)).toEqual(fault)
  })

  test('one leaf has one fault of each kind, however many figures show it', () => {
    const other = { ...perfect, tilePeak: 200, tileLasting: 150, worstSimilarityLoss: 0.9 }
    expect(judgePicture(other, bytes(1), place).map(({ code }) => code)).toEqual([
      'picture-differs',
    ])
  })

  test('a figure that could not be measured never passes', () => {
    const unmeasured = { ...perfect, detailRatio: Number.NaN }
    expect(judgePicture(unmeasured, bytes(1), place)).not.toEqual([])
  })

  test('all limits are told apart: each one crossed alone is a fault', () => {
    const keys = Object.keys(pictureLimits).filter((key) => key !== 'bytesRatio')
    for (const key of keys) {
      const limit = pictureLimits[key as keyof typeof pictureLimits]
      const beyond = key === 'detailRatio' ? limit - 0.01 : limit + 0.01
      const at = { ...perfect, [key]: limit }
      expect(judgePicture(at, bytes(1), place)).toEqual([])
      expect(judgePicture({ ...perfect, [key]: beyond }, bytes(1), place)).toHaveLength(1)
    }
    const [starved] = judgePicture(perfect, bytes(pictureLimits.bytesRatio - 0.01), place)
    expect(starved?.code).toBe('bitrate-out-of-bounds')
  })

  test('every figure has a name', () => {
    const names = Object.keys(namedPictureFigures(perfect, bytes(1)))
    expect(names).toHaveLength(Object.keys(pictureLimits).length)
  })
})

describe('the tier', () => {
  const own = encoderProfile.class.cid
  const foreign = { class: { ...encoderProfile.class, cid: cid('foreign') } }

  test('bytes are compared within a class', () => {
    expect(challengeTier({ class: encoderProfile.class }, { own, awarded: null })).toBe('exact')
  })

  test('the work of another class is measured', () => {
    expect(challengeTier(foreign, { own, awarded: foreign.class.cid })).toBe('perceptual')
  })

  test('an encoder of the own class cannot choose to be measured', () => {
    expect(challengeTier(foreign, { own, awarded: own })).toBe('exact')
  })
})

describe('the statistics of FFmpeg', () => {
  test('are read line by line', () => {
    const ssim =
      'n:1 Y:0.985000 U:0.990000 V:1.000000 All:0.99 (inf)\nn:2 Y:0.5 U:1 V:1 All:1 (9.1)\n'
    expect(parseStatistics(ssim, SimilarityLine).map(({ Y }) => Y)).toEqual([0.985, 0.5])
    const psnr = 'n:1 mse_avg:0.00 mse_y:0.00 mse_u:0.10 mse_v:2.00 psnr_avg:inf psnr_y:inf \n'
    expect(parseStatistics(psnr, ErrorLine)).toEqual([{ n: 1, mse_y: 0, mse_u: 0.1, mse_v: 2 }])
  })

  test('that lack a figure, or have none, are refused', () => {
    expect(() => parseStatistics('n:1 Y:0.9 U:0.9', SimilarityLine)).toThrow()
    expect(() => parseStatistics('n:1 Y:nan U:0.9 V:0.9', SimilarityLine)).toThrow()
    expect(() => parseStatistics('n:1 mse_y:-1 mse_u:0 mse_v:0', ErrorLine)).toThrow()
  })
})

describe('tiles', () => {
  const size = { width: 4, height: 2 }
  const perPicture = 3 * size.width * size.height
  const tiles = (pictures: number, level: (tile: number, picture: number) => number) => ({
    size,
    samples: Uint8Array.from({ length: pictures * perPicture }, (_, at) =>
      level(at % perPicture, Math.floor(at / perPicture)),
    ),
  })
  const compared = (delivered: Tiles, reference: Tiles, source: Tiles, colours = strictColours) =>
    compareTiles({ delivered, reference, source }, colours)
  const grey = tiles(10, () => 128)

  test('noise without direction leaves the mean where it is', () => {
    const noisy = tiles(10, (_, picture) => 128 + (picture % 2 === 0 ? 3 : -3))
    expect(compared(noisy, grey, grey)).toMatchObject({ peak: 3, lasting: 0 })
  })

  test('a mark lasts', () => {
    const marked = tiles(10, (tile) => (tile === 5 ? 138 : 128))
    expect(compared(marked, grey, grey)).toMatchObject({ peak: 10, lasting: 10 })
  })

  test('colours of a tab’s may be behind as far as its encoder leaves them, and those of anybody else not', () => {
    const ofTabs = coloursOf({ class: browserClass })
    const luma = size.width * size.height
    const off = (plane: 'luma' | 'colour', levels: number) =>
      tiles(10, (tile) => 128 + (tile === (plane === 'luma' ? 3 : luma + 3) ? levels : 0))
    expect(compared(off('colour', 8), grey, grey, ofTabs)).toMatchObject({ peak: 8, lasting: 0 })
    expect(compared(off('colour', 25), grey, grey, ofTabs).lasting).toBe(17)
    expect(compared(off('luma', 8), grey, grey, ofTabs).lasting).toBe(8)
    const others = coloursOf({ class: { ...browserClass, cid: cid('another class') } })
    expect(compared(off('colour', 8), grey, grey, others).lasting).toBe(8)
  })

  test('what the own encode misses as well counts for nothing', () => {
    const washed = tiles(10, () => 120)
    expect(compared(washed, washed, grey)).toEqual({ peak: 0, lasting: 0, blackShare: 0 })
  })

  test('black is told where the source is not black, and only there', () => {
    const black = tiles(10, () => 16)
    expect(compared(black, grey, grey).blackShare).toBe(1)
    expect(compared(black, black, black).blackShare).toBe(0)
  })
})

describe('sound', () => {
  const seconds = 2
  const wave = (value: (at: number) => number): Int16Array =>
    Int16Array.from({ length: 2 * seconds * comparedRate }, (_, at) =>
      Math.round(value(Math.floor(at / 2))),
    )
  /** Never the same twice within the window, like music. */
  const music = (at: number): number =>
    6_000 * Math.sin(at * 0.05 + 9 * Math.sin(at * 0.0007)) + 2_000 * Math.sin(at * at * 1e-6)
  const own = wave(music)

  test('equal sound has no fault', () => {
    expect(judgeSound(soundFigures(own, own), place)).toEqual([])
  })

  test('silence is asked for where the own sound is silent', () => {
    const silent = wave(() => 0)
    expect(judgeSound(soundFigures(silent, silent), place)).toEqual([])
    expect(judgeSound(soundFigures(own, silent), place)).not.toEqual([])
  })

  test('a shift is found, and told in its direction', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 300 }), fc.boolean(), (milliseconds, isLate) => {
        const samples = Math.round((milliseconds * comparedRate) / 1_000) * (isLate ? 1 : -1)
        const shifted = wave((at) => music(at - samples))
        const { shiftSeconds } = soundFigures(shifted, own)
        expect(shiftSeconds).toBeCloseTo(samples / comparedRate, 2)
        expect(Math.abs(shiftSeconds)).toBeGreaterThan(soundLimits.shiftSeconds)
      }),
      { numRuns: 2, seed: 7 },
    )
  })

  test('a gap of a tenth of a second is found', () => {
    const gap = wave((at) => (at > 16_000 && at < 17_600 ? 0 : music(at)))
    expect(judgeSound(soundFigures(gap, own), place)[0]?.code).toBe('sound-silent')
  })

  test('noise is told from what encoders add: at 16 kb/s it is four tenths as loud as the music, in honest work two', () => {
    const loudness = Math.hypot(6_000, 2_000) / Math.SQRT2
    const within = (share: number): Int16Array => {
      let state = 7
      return wave((at) => {
        state = (state * 16_807) % 2_147_483_647
        const noise = Math.sqrt(12) * (state / 2_147_483_647 - 0.5)
        return music(at) + share * loudness * noise
      })
    }
    expect(judgeSound(soundFigures(within(0.2), own), place)).toEqual([])
    const starved = judgeSound(soundFigures(within(0.42), own), place)
    expect(starved.map(({ code }) => code)).toEqual(['sound-differs'])
  })

  describe('whose wave no encoder keeps', () => {
    const sum = (...sounds: readonly Int16Array[]): Int16Array =>
      wave((at) => sounds.reduce((total, sound) => total + (sound[2 * at] ?? 0), 0))
    /** Noise of just these frequencies: many tones, each of its own phase. */
    const between = (seed: number, [from, to]: readonly [number, number]) => {
      const dice = createDice(seed)
      const tones = Array.from({ length: 120 }, () => [from + dice(to - from), dice(7)] as const)
      return wave((at) =>
        tones.reduce(
          (total, [hertz, phase]) =>
            total + 350 * Math.sin((2 * Math.PI * hertz * at) / comparedRate + phase),
          0,
        ),
      )
    }
    const dull = (seed: number) => between(seed, [200, 3_500])
    const bright = (seed: number, share = (_at: number) => 1) => {
      const whole = between(seed, [4_500, 7_800])
      return wave((at) => (whole[2 * at] ?? 0) * share(at))
    }

    const low = dull(7)
    const source = sum(low, bright(8))
    /** What an encoder makes of it: the wave, and as much besides as it had no bits to keep. */
    const encoded = (seed: number, share: number) =>
      sum(
        source,
        between(seed, [200, 7_800]).map((value) => 1.4 * share * value),
      )
    const kept = encoded(11, 0.45)
    const isAsGood = (other: Int16Array, own = kept, of = source) =>
      isKeptAsWell(keptSound(other, of), keptSound(own, of))

    test('is no fault where another keeps as much of the source as the own', () => {
      const other = encoded(13, 0.6)
      const faults = judgeSound(soundFigures(other, kept), place)
      expect(faults.map(({ code }) => code)).toEqual(['sound-differs'])
      expect(faults.every(isAboutWave)).toBe(true)
      expect(isAsGood(other)).toBe(true)
    })

    test('may be of other noise above 4 kHz, whoever checks', () => {
      const lost = dull(12).map((value) => 0.4 * value)
      const substituted = sum(low, lost, bright(9))
      expect(judgeSound(soundFigures(substituted, kept), place).every(isAboutWave)).toBe(true)
      expect(isAsGood(substituted)).toBe(true)
      expect(isAsGood(kept, substituted)).toBe(true)
    })

    const half = (at: number) => (at < comparedRate / 2 ? 0 : 1)
    /** Five to the second, without a click. */
    const pulses = (late: number) => (at: number) =>
      Math.max(0, Math.sin((2 * Math.PI * 5 * (at - late)) / comparedRate)) ** 2
    test.each([
      ['less is left of it', encoded(13, 1.5)],
      ['it is another', sum(dull(17), bright(18))],
      ['it is silent', wave(() => 0)],
      ['it is another beneath 4 kHz', sum(dull(17), bright(8))],
      ['nothing is left above', low],
      [
        'it is twice as loud above',
        sum(
          low,
          bright(8, () => 2),
        ),
      ],
      ['nothing is left above for half a second', sum(low, bright(8, half))],
      ['it comes in pulses above', sum(low, bright(8, pulses(0)))],
    ])('stays a fault where %s', (_, other) => {
      expect(isAsGood(other)).toBe(false)
    })

    test('that moves is followed: pulses may be of other noise, and not late by 40 ms', () => {
      const pulsing = bright(8, pulses(0))
      expect(isAsGood(bright(9, pulses(0)), pulsing, pulsing)).toBe(true)
      expect(isAsGood(bright(9, pulses(640)), pulsing, pulsing)).toBe(false)
    })

    test('is followed in each band by itself: a tone above is no other tone', () => {
      const tone = (hertz: number) =>
        wave((at) => 6_000 * Math.sin((2 * Math.PI * hertz * at) / comparedRate))
      expect(isAsGood(tone(5_250), tone(5_250), tone(5_250))).toBe(true)
      expect(isAsGood(tone(6_250), tone(5_250), tone(5_250))).toBe(false)
    })

    test('stays a fault where the own has kept all and another voice is in it', () => {
      const voice = between(23, [200, 2_200]).map((value) => 0.6 * value)
      expect(isAsGood(sum(source, voice), source)).toBe(false)
      expect(
        isAsGood(
          sum(
            source,
            voice.map((value) => 0.3 * value),
          ),
          source,
        ),
      ).toBe(true)
    })

    test('counts for nothing where it cannot be heard in either', () => {
      const hiss = (loudness: number) => wave((at) => (at % 2 === 0 ? loudness : -loudness))
      const off = (loudness: number) => keptSound(sum(low, hiss(loudness)), low).high.mean
      expect(off(9)).toBeLessThan(0.1)
      expect(off(900)).toBeGreaterThan(3)
    })
  })

  test('a last segment of a moment is not told to be late for what fits anywhere', () => {
    const moment = (sound: Int16Array) => sound.slice(0, 2 * 0.1 * comparedRate)
    const rough = createDice(3)
    const steps = Array.from({ length: own.length / 16 }, () => rough(12_000) - 6_000)
    const noisy = wave((at) => music(at) + (steps[Math.floor(at / 16)] ?? 0))
    expect(soundFigures(moment(noisy), moment(own)).correlation).toBeLessThan(0.9)
    expect(soundFigures(moment(noisy), moment(own)).shiftSeconds).toBe(0)
  })

  describe('where the own is silent', () => {
    const pause = (at: number): boolean => at > 8_000 && at < 24_000
    const paused = wave((at) => (pause(at) ? 0 : music(at)))
    const left = own.map((value, at) => (at % 2 === 0 ? value : 0))
    const codes = (delivered: Int16Array, wanted: Int16Array) =>
      judgeSound(soundFigures(delivered, wanted), place).map(({ code }) => code)

    test('what an encoder spreads of what is loud beside it is none', () => {
      expect(
        codes(
          paused.map((value, at) => value + (at % 3) - 1),
          paused,
        ),
      ).toEqual([])
      expect(
        codes(
          left.map((value, at) => (at % 2 === 0 ? value : (left[at - 1] ?? 0) / 20)),
          left,
        ),
      ).toEqual([])
    })

    test('another sound is a fault: in a pause, and in the other channel', () => {
      const tone = (at: number): number => 1_200 * Math.sin(at * 0.3)
      const filled = paused.map(
        (value, at) => value + (pause(at / 2) ? Math.round(tone(at / 2)) : 0),
      )
      expect(codes(filled, paused)).toEqual(['sound-differs'])
      const told = left.map((value, at) => (at % 2 === 0 ? value : Math.round(tone(at / 2))))
      expect(codes(told, left)).toEqual(['sound-differs'])
    })
  })

  test('one channel alone is judged as well', () => {
    const left = own.map((value, at) => (at % 2 === 0 ? value : 0))
    expect(judgeSound(soundFigures(left, own), place).map(({ code }) => code)).toContain(
      'sound-differs',
    )
  })
})
