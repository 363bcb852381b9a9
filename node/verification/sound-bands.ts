/** Taps to each side: a tone is in one half alone from a fortieth of the rate beside the edge on. */
const reach = 63

/** What samples of one channel have beneath a quarter of their rate, at half of it. */
export function lowerHalf(samples: Float32Array): Float32Array {
  return half(samples, 1)
}

/** What they have above, at half the rate and upside down: what was highest is lowest. */
export function upperHalf(samples: Float32Array): Float32Array {
  return half(samples, -1)
}

/** Equal bands, as many as two to the power of `depth`, each at no more samples than it needs, and in no order. */
export function equalBands(samples: Float32Array, depth: number): readonly Float32Array[] {
  if (depth === 0) return [samples]
  return [lowerHalf(samples), upperHalf(samples)].flatMap((band) => equalBands(band, depth - 1))
}

/** A half-band filter of linear phase: a windowed sinc, of which every second tap but the middle one is zero. */
function half(samples: Float32Array, sign: 1 | -1): Float32Array {
  return Float32Array.from({ length: Math.ceil(samples.length / 2) }, (_, index) => {
    const at = 2 * index
    let sum = middleTap * (samples[at] ?? 0)
    for (const [offset, tap] of sideTaps)
      sum += sign * tap * ((samples[at - offset] ?? 0) + (samples[at + offset] ?? 0))
    return sum
  })
}

const middleTap = 0.5

/** Each odd tap to either side of the middle, in a Blackman window. */
const sideTaps: readonly (readonly [offset: number, tap: number])[] = Array.from(
  { length: (reach + 1) / 2 },
  (_, index) => {
    const offset = 2 * index + 1
    const sinc = Math.sin((Math.PI * offset) / 2) / (Math.PI * offset)
    const turn = (Math.PI * offset) / (reach + 1)
    return [offset, sinc * (0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn))] as const
  },
)
