import { describe, expect, test } from 'vitest'
import { capBytes, footingOf } from '#node/verification/footing.ts'
import { judgePicture } from '#node/verification/judgement.ts'
import type { PictureFigures } from '#node/verification/picture-figures.ts'
import type { PictureLimits } from '#node/verification/thresholds.ts'
import { limitsOn } from '#node/verification/thresholds.ts'

const place = { rendition: '480p', segment: 3 }
const clear = { similarity: 0.98, detailKept: 0.6, capShare: 0.4 }

const figures: PictureFigures = {
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
  reference: clear,
}

describe('the footing of a segment', () => {
  test('is firm wherever the reference is like the source, or has bytes to spare', () => {
    expect(footingOf(clear)).toBe('firm')
    expect(footingOf({ ...clear, capShare: 1 })).toBe('firm')
    expect(footingOf({ ...clear, similarity: 0.5 })).toBe('firm')
  })

  test('is unsteady where the cap starves pictures whose detail some encoders keep', () => {
    expect(footingOf({ similarity: 0.88, detailKept: 0.9, capShare: 0.7 })).toBe('unsteady')
  })

  test('is firm where all encoders lose the same', () => {
    expect(footingOf({ similarity: 0.83, detailKept: 0.2, capShare: 0.7 })).toBe('firm')
  })

  test('is drowned where next to nothing of the source is left', () => {
    expect(footingOf({ similarity: 0.5, detailKept: 0.1, capShare: 0.7 })).toBe('drowned')
  })

  test('is not to be chosen by the encoder: what was delivered has no part in it', () => {
    const reference = { similarity: 0.88, detailKept: 0.9 }
    const leaf = { ...figures, noiseGain: 6, reference }
    for (const delivered of [1_000, 100_000]) {
      const starved = { delivered, reference: 900, cap: 1_000 }
      const fed = { delivered, reference: 900, cap: 3_000 }
      expect(judgePicture(leaf, starved, place)).toEqual([])
      expect(judgePicture(leaf, fed, place).map(({ code }) => code)).toEqual(['quality-low'])
    }
  })
})

describe('on unsteady ground', () => {
  const ground = { ...figures, reference: { similarity: 0.88, detailKept: 0.9 } }
  const starved = { delivered: 500, reference: 900, cap: 1_000 }
  const codesOf = (measured: Partial<PictureFigures>) =>
    judgePicture({ ...ground, ...measured }, starved, place).map(({ code }) => code)

  test('a job that was split among encoders passes, at its worst', () => {
    const confetti = { worstSimilarityLoss: 0.419, chromaNoiseGain: 8.63, noiseGain: 7.7 }
    expect(codesOf({ ...confetti, detailRatio: 0.456 })).toEqual([])
    expect(codesOf({ noiseGain: 10.81, similarityLoss: 0.17, chromaNoiseGain: 7 })).toEqual([])
  })

  test('pictures may stand still for want of bits, but not each second one', () => {
    expect(codesOf({ frozenShare: 2 / 24, tilePeak: 38 })).toEqual([])
    expect(codesOf({ frozenShare: 1 / 2 })).toEqual(['picture-frozen'])
  })
})

test('a cap gives a segment its own seconds, and what was saved up before it', () => {
  expect(capBytes(1_000, 4)).toBe(725_000)
})

test('no footing is stricter than a firmer one', () => {
  const { firm, unsteady, drowned } = limitsOn
  for (const [firmer, looser] of [
    [firm, unsteady],
    [unsteady, drowned],
  ] as const)
    for (const [name, limit] of Object.entries(looser)) {
      const other = firmer[name as keyof PictureLimits]
      const isLeast = name === 'detailRatio' || name === 'bytesRatio'
      expect(isLeast ? other - limit : limit - other).toBeGreaterThanOrEqual(0)
    }
})
