import type { WideColor } from './source-color.ts'

type Color = readonly [red: number, green: number, blue: number]
type Matrix = readonly [Color, Color, Color]

/** Points along each side of the cube: with more, ordinary colours change by less than one 8-bit step. */
const points = 33

/** Nits of diffuse white in high dynamic range (ITU-R BT.2408), shown as the full white of standard range. */
const whiteNits = 203

/** The brightest that a picture of high dynamic range is taken to be; what is brighter is shown as this. */
const peakNits = 1000

/** Gamma of a display of standard range (ITU-R BT.1886). */
const displayGamma = 2.4

/** The perceptual quantizer (SMPTE ST 2084). */
const pq = { m1: 2610 / 16_384, m2: 2523 / 32, c1: 3424 / 4096, c2: 2413 / 128, c3: 2392 / 128 }

/** Hybrid log-gamma (ARIB STD-B67), and the gamma of a system whose display reaches a thousand nits. */
const hlg = { a: 0.178_832_77, b: 0.284_668_92, c: 0.559_910_73, gamma: 1.2 }

/** To BT.709 primaries, in linear light. */
const fromBt2020: Matrix = [
  [1.660_491, -0.587_641, -0.072_85],
  [-0.124_55, 1.1329, -0.008_349],
  [-0.018_151, -0.100_579, 1.118_73],
]
const fromP3: Matrix = [
  [1.224_94, -0.224_94, 0],
  [-0.042_057, 1.042_057, 0],
  [-0.019_638, -0.078_636, 1.098_274],
]

/**
 * A table in the text form that FFmpeg's `lut3d` reads, from coded wide or bright colours to coded BT.709 ones. Colours
 * of high dynamic range keep their brightness up to nearly half of diffuse white; above, highlights are rolled off
 * (ITU-R BT.2390) by their brightest component, so that no hue turns.
 *
 * A table, and not a chain of `zscale` and `tonemap`: that calculates in floating point with whatever instructions a
 * processor has, so that its bytes may differ within one determinism class. Looking up in a table gives the same bytes
 * with and without them, and every build of FFmpeg can do it.
 */
export function colorTable(wide: WideColor): string {
  const lines = [`LUT_3D_SIZE ${points}`]
  const shares = Array.from({ length: points }, (_, index) => index / (points - 1))
  for (const blue of shares)
    for (const green of shares)
      for (const red of shares)
        lines.push(
          standardColor(wide, [red, green, blue])
            .map((value) => value.toFixed(6))
            .join(' '),
        )
  return `${lines.join('\n')}\n`
}

/** One colour of the table: 0 to 1 in, 0 to 1 out. */
export function standardColor(wide: WideColor, coded: Color): Color {
  const light = linearLight(wide, coded)
  const narrow = mapColor(
    wide === 'p3' ? fromP3 : fromBt2020,
    (row) => row[0] * light[0] + row[1] * light[1] + row[2] * light[2],
  )
  const shown = wide === 'pq' || wide === 'hlg' ? compressed(narrow) : narrow
  return mapColor(shown, (value) => Math.min(1, Math.max(0, value)) ** (1 / displayGamma))
}

/** In nits for high dynamic range, in units of its white for standard range. */
function linearLight(wide: WideColor, coded: Color): Color {
  if (wide === 'pq') return mapColor(coded, pqToNits)
  if (wide === 'hlg') return hlgToNits(coded)
  return mapColor(coded, (value) => value ** displayGamma)
}

function hlgToNits(coded: Color): Color {
  const scene = mapColor(coded, hlgToScene)
  const luma = 0.2627 * scene[0] + 0.678 * scene[1] + 0.0593 * scene[2]
  const gain = luma > 0 ? peakNits * luma ** (hlg.gamma - 1) : 0
  return mapColor(scene, (value) => value * gain)
}

function hlgToScene(value: number): number {
  return value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - hlg.c) / hlg.a) + hlg.b) / 12
}

function pqToNits(value: number): number {
  const power = value ** (1 / pq.m2)
  return 10_000 * (Math.max(0, power - pq.c1) / (pq.c2 - pq.c3 * power)) ** (1 / pq.m1)
}

function nitsToPq(nits: number): number {
  const power = (nits / 10_000) ** pq.m1
  return ((pq.c1 + pq.c2 * power) / (1 + pq.c3 * power)) ** pq.m2
}

function compressed(nits: Color): Color {
  const brightest = Math.max(...nits)
  const gain = brightest > 0 ? rollOff(brightest) / brightest / whiteNits : 0
  return mapColor(nits, (value) => value * gain)
}

/** BT.2390's curve from the peak to diffuse white: a straight line up to the knee, and a spline behind it. */
function rollOff(nits: number): number {
  const top = nitsToPq(peakNits)
  const target = nitsToPq(whiteNits) / top
  const knee = 1.5 * target - 0.5
  const value = Math.min(1, nitsToPq(nits) / top)
  if (value < knee) return nits
  const t = (value - knee) / (1 - knee)
  const spline =
    (2 * t ** 3 - 3 * t ** 2 + 1) * knee +
    (t ** 3 - 2 * t ** 2 + t) * (1 - knee) +
    (-2 * t ** 3 + 3 * t ** 2) * target
  return pqToNits(spline * top)
}

function mapColor<Entry>(
  [first, second, third]: readonly [Entry, Entry, Entry],
  change: (entry: Entry) => number,
): Color {
  return [change(first), change(second), change(third)]
}
