import { describe, expect, test } from 'vitest'
import { strictColours } from '#node/verification/colour-tolerance.ts'
import { judgePicture } from '#node/verification/judgement.ts'
import type { PictureSamples } from '#node/verification/picture-figures.ts'
import { picturesFigures } from '#node/verification/picture-figures.ts'
import { pictureLimits } from '#node/verification/thresholds.ts'

const place = { rendition: '360p', segment: 1 }
const bytes = { delivered: 1_000, reference: 1_000, cap: 2_000 }
const tiles = { size: { width: 1, height: 1 }, samples: Uint8Array.of(128, 128, 128) }

type Planes = readonly [number, number, number]

/** What was measured of one encode: squared levels, but for the likeness. */
type Encode = {
  readonly similarity: number
  readonly error: Planes
  readonly softError: Planes
  readonly detail: number
  readonly texture: number
}

type Film = {
  readonly scaling: Planes
  readonly sharp: number
  readonly soft: Pick<Encode, 'detail' | 'texture'>
  readonly reference: Encode
}

const ofLuma = (mse_y: number) => [{ n: 1, mse_y }]
const ofPlanes = ([mse_y, mse_u, mse_v]: Planes) => [{ n: 1, mse_y, mse_u, mse_v }]
const textured = ({ detail, texture }: Pick<Encode, 'detail' | 'texture'>) => ({
  detail: ofLuma(detail),
  texture: ofLuma(texture),
})
const samplesOf = (of: Encode) => ({
  ...{ ...textured(of), tiles, motion: ofLuma(0) },
  similarity: [{ n: 1, Y: of.similarity, U: 1, V: 1 }],
  error: ofPlanes(of.error),
  softError: ofPlanes(of.softError),
})

function figuresOf(film: Film, delivered: Encode) {
  const samples: PictureSamples = {
    ...{ source: tiles, shifted: [] },
    delivered: samplesOf(delivered),
    reference: samplesOf(film.reference),
    scaling: ofPlanes(film.scaling),
    sharp: ofLuma(film.sharp),
    soft: textured(film.soft),
  }
  return picturesFigures(samples, strictColours)
}

const faultsOf = (film: Film, delivered: Encode) =>
  judgePicture(figuresOf(film, delivered), bytes, place).map(({ code }) => code)

describe('a still screen of hard edges', () => {
  const reference: Encode = {
    ...{ similarity: 0.9982, error: [0.37, 0.26, 0.26], softError: [1.71, 1.53, 1.14] },
    ...{ detail: 8.51, texture: 0.17 },
  }
  const screen: Film = {
    ...{ scaling: [1.34, 1.43, 1.02], sharp: 8.84, soft: { detail: 5.13, texture: 0.55 } },
    reference,
  }

  test('may be made by any scaler, though that alone is more than an encoder adds', () => {
    const bilinear: Encode = {
      ...{ similarity: 0.9959, error: [1.82, 1.75, 1.34], softError: [0.43, 0.25, 0.27] },
      ...{ detail: 5.07, texture: 0.71 },
    }
    expect(faultsOf(screen, bilinear)).toEqual([])
    expect(figuresOf(screen, bilinear).noiseGain).toBeLessThan(0.5)
  })

  test('is starved at crf 40 and 35, though neither adds more than a soft scaler does', () => {
    const at40: Encode = {
      ...{ similarity: 0.9924, error: [1.885, 2.46, 1.907], softError: [3.318, 3.71, 2.7] },
      ...{ detail: 9.052, texture: 0.5287 },
    }
    const at35: Encode = {
      ...{ similarity: 0.9954, error: [1.016, 1.09, 0.9396], softError: [2.483, 1.892, 2.055] },
      ...{ detail: 8.902, texture: 0.2733 },
    }
    expect(faultsOf(screen, at40)).toEqual(['quality-low', 'colours-differ'])
    expect(faultsOf(screen, at35)).toEqual(['quality-low'])
  })

  test('has the same noise whichever blend of two scalers it was made with', () => {
    const noise = 0.37
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const planes = (distance: number): Planes => {
        const [y, u, v] = screen.scaling
        return [noise + distance ** 2 * y, noise + distance ** 2 * u, noise + distance ** 2 * v]
      }
      const blend: Encode = { ...reference, error: planes(share), softError: planes(1 - share) }
      expect(figuresOf(screen, blend).noiseGain).toBeCloseTo(0)
    }
  })
})

test('pictures that no scaler changes are held to the source as it is', () => {
  const reference: Encode = {
    ...{ similarity: 0.98, error: [2, 1, 1], softError: [2, 1, 1] },
    ...{ detail: 3, texture: 0.5 },
  }
  const unscaled: Film = {
    ...{ scaling: [0, 0, 0], sharp: 3.2, soft: { detail: 3.2, texture: 0 }, reference },
  }
  expect(faultsOf(unscaled, reference)).toEqual([])
  const noisy: Encode = { ...reference, error: [8, 1, 1], softError: [8, 1, 1] }
  expect(faultsOf(unscaled, noisy)).toEqual(['quality-low'])
})

describe('the dark', () => {
  const reference: Encode = {
    ...{ similarity: 0.977, error: [2.175, 1.972, 1.46], softError: [1.8, 1.525, 1.163] },
    ...{ detail: 0.2496, texture: 0.5142 },
  }
  const dark: Film = {
    ...{ scaling: [0.26, 0.4188, 0.2404], sharp: 0.3442, soft: { detail: 0.27, texture: 0.2742 } },
    reference,
  }

  test('keeps as little detail as honest encoders and scalers leave of it', () => {
    const bilinear: Encode = {
      ...{ similarity: 0.974, error: [2.452, 2.578, 1.717], softError: [1.898, 1.636, 1.235] },
      ...{ detail: 0.2254, texture: 0.5154 },
    }
    const veryfast: Encode = {
      ...{ similarity: 0.9744, error: [2.513, 2.854, 2.027], softError: [2.105, 2.183, 1.607] },
      ...{ detail: 0.2525, texture: 0.5158 },
    }
    for (const honest of [reference, bilinear, veryfast]) expect(faultsOf(dark, honest)).toEqual([])
  })

  test('does not hide an enlargement, nor a blur, however faint its detail is', () => {
    const byMore: Encode = {
      ...{ similarity: 0.9644, error: [3.461, 5.012, 2.605], softError: [2.62, 3.393, 1.873] },
      ...{ detail: 0.1904, texture: 0.5279 },
    }
    const byTwo: Encode = {
      ...{ similarity: 0.9685, error: [3.039, 4.398, 2.3], softError: [2.306, 2.93, 1.647] },
      ...{ detail: 0.2013, texture: 0.5325 },
    }
    const blurred: Encode = {
      ...{ similarity: 0.9576, error: [4.173, 5.442, 2.958], softError: [3.167, 3.718, 2.152] },
      ...{ detail: 0.1733, texture: 0.5008 },
    }
    for (const cheat of [byMore, byTwo, blurred])
      expect(faultsOf(dark, cheat)).toContain('detail-lost')
  })

  test('of which next to nothing is finer than noise is asked for nothing', () => {
    const flat: Film = {
      ...{ ...dark, sharp: 0.002, soft: { detail: 0.001, texture: 0.001 } },
      reference: { ...reference, detail: 0.001, texture: 0.001 },
    }
    expect(faultsOf(flat, { ...reference, detail: 0, texture: 0.002 })).toEqual([])
  })
})

test('a rung of grain is not accused of what a fast encoder with a soft scaler leaves of it', () => {
  const reference: Encode = {
    ...{ similarity: 0.8265, error: [33.58, 24.68, 21.52], softError: [25.2, 15.9, 13.6] },
    ...{ detail: 3.412, texture: 9.92 },
  }
  const grain: Film = {
    ...{ scaling: [3.105, 2.448, 2.101], sharp: 10.71, soft: { detail: 5.925, texture: 1.287 } },
    reference,
  }
  const hardware: Encode = {
    ...{ similarity: 0.8155, error: [35.87, 26.83, 23.44], softError: [23.35, 15.96, 14.16] },
    ...{ detail: 1.44, texture: 10.1 },
  }
  expect(faultsOf(grain, hardware)).toEqual([])
})

describe('a stretch of pictures', () => {
  const one: Encode = {
    ...{ similarity: 0.97, error: [2, 1, 1], softError: [2, 1, 1] },
    ...{ detail: 3, texture: 0.5 },
  }
  const likeness = (of: readonly number[]) =>
    of.map((Y, index) => ({ n: index + 1, Y, U: 1, V: 1 }))
  const worstOf = (delivered: readonly number[]): number => {
    const encode = samplesOf(one)
    const samples: PictureSamples = {
      ...{ source: tiles, shifted: [], scaling: ofPlanes([0, 0, 0]) },
      delivered: { ...encode, similarity: likeness(delivered) },
      reference: { ...encode, similarity: likeness(delivered.map(() => 1)) },
      ...{ sharp: ofLuma(3.2), soft: { detail: ofLuma(3.2), texture: ofLuma(0) } },
    }
    return picturesFigures(samples, strictColours).worstSimilarityLoss
  }
  const good = Array.from({ length: 24 }, () => 1)
  const withBad = (count: number, Y: number) =>
    good.map((own, at) => (at > 7 && at <= 7 + count ? Y : own))

  test('may lose one picture, beside a flash', () => {
    expect(worstOf(withBad(1, 0.8))).toBeLessThan(pictureLimits.worstSimilarityLoss)
  })

  test('is judged by three on end, wherever they are and however few there are', () => {
    expect(worstOf(withBad(3, 0.8))).toBeCloseTo(0.2)
    expect(worstOf(withBad(12, 0.8))).toBeCloseTo(0.2)
    expect(worstOf([...good, 0.8, 0.8, 0.8])).toBeCloseTo(0.2)
    expect(worstOf([0.8, 0.9])).toBeCloseTo(0.15)
    expect(worstOf([0.7])).toBeCloseTo(0.3)
    expect(worstOf([])).toBe(0)
  })
})
