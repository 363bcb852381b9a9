import { comparedChannels, comparedRate } from './sound-arguments.ts'

/** How a delivered segment of sound stands beside the verifier's own. */
export type SoundFigures = {
  /** Correlation of the waveforms, of the worse channel: 1 is the same, 0 is something else. */
  readonly correlation: number
  /** The same of the worst quarter of a second in which the reference is to be heard. */
  readonly worstCorrelation: number
  /** Seconds by which the sound fits better when it is moved; positive where it is late. */
  readonly shiftSeconds: number
  /** Decibels by which it is louder. */
  readonly levelDifference: number
  /** Share of the time in which it is silent and the reference is not. */
  readonly silentShare: number
}

/** How much a sound has kept of the wave of another, of the worse channel: 1 is all of it. */
export type KeptWave = Pick<SoundFigures, 'correlation' | 'worstCorrelation'>

export const wholeWave: KeptWave = { correlation: 1, worstCorrelation: 1 }

/** Root of the mean square, of 16 bits: below the first nothing is heard, at the second the reference is. */
const silent = 5
export const audible = 30

/** The search for a shift: so far to both sides, in steps of the slower rate it is made at. */
const furthestSeconds = 0.4
const slowFactor = 4

/** Compares interleaved samples of equal windows. A silent reference asks for silence. */
export function soundFigures(delivered: Int16Array, reference: Int16Array): SoundFigures {
  const own = channelsOf(delivered)
  const wanted = channelsOf(reference)
  const loud = level(reference)
  const heard = level(delivered)
  if (loud < audible) return { ...alike, correlation: heard < 2 * audible ? 1 : 0 }
  return {
    ...keptWave(own, wanted, comparedRate),
    shiftSeconds: bestShift(mixed(own), mixed(wanted)),
    levelDifference: 20 * Math.log10((heard + 1) / (loud + 1)),
    silentShare: silentShare(mixed(own), mixed(wanted)),
  }
}

/** How much the channels of a sound have kept of those of another, at so many samples a second. */
export function keptWave(
  own: readonly Float32Array[],
  wanted: readonly Float32Array[],
  rate: number,
): KeptWave {
  const quiet = Math.max(2 * audible, quietShare * Math.max(...wanted.map(level)))
  const kept = (mine: Float32Array, theirs: Float32Array): number =>
    correlationOf(mine, theirs) ?? (level(mine) < quiet ? 1 : 0)
  const pairs = wanted.map((theirs, index) => [own[index] ?? new Float32Array(), theirs] as const)
  return {
    correlation: Math.min(...pairs.map(([mine, theirs]) => kept(mine, theirs))),
    worstCorrelation: Math.min(
      1,
      ...pairs.flatMap(([mine, theirs]) =>
        blocksOf(theirs.length, rate / 4).map(([from, to]) =>
          kept(mine.subarray(from, to), theirs.subarray(from, to)),
        ),
      ),
    ),
  }
}

/** Where nothing is to be heard, an encoder may leave so much of what is loud beside it or in the other channel. */
const quietShare = 0.1

const alike: SoundFigures = {
  ...wholeWave,
  shiftSeconds: 0,
  levelDifference: 0,
  silentShare: 0,
}

export function channelsOf(samples: Int16Array): readonly Float32Array[] {
  const length = Math.floor(samples.length / comparedChannels)
  return Array.from({ length: comparedChannels }, (_, channel) =>
    Float32Array.from({ length }, (_, at) => samples[at * comparedChannels + channel] ?? 0),
  )
}

function mixed([left, right]: readonly Float32Array[]): Float32Array {
  return (left ?? new Float32Array()).map((value, at) => (value + (right?.[at] ?? 0)) / 2)
}

function level(samples: ArrayLike<number>): number {
  let squares = 0
  for (let at = 0; at < samples.length; at += 1) squares += (samples[at] ?? 0) ** 2
  return Math.sqrt(squares / Math.max(1, samples.length))
}

/** Null where nothing is to be heard that something could correlate with. */
function correlationOf(own: Float32Array, wanted: Float32Array, shift = 0): number | null {
  let product = 0
  let ownSquares = 0
  let wantedSquares = 0
  const first = Math.max(0, -shift)
  const last = Math.min(wanted.length, wanted.length - shift)
  for (let at = first; at < last; at += 1) {
    const mine = own[at + shift] ?? 0
    const theirs = wanted[at] ?? 0
    product += mine * theirs
    ownSquares += mine * mine
    wantedSquares += theirs * theirs
  }
  if (wantedSquares < audible ** 2 * (last - first)) return null
  return ownSquares === 0 ? 0 : product / Math.sqrt(ownSquares * wantedSquares)
}

/** Whole blocks, from where to where. */
function blocksOf(length: number, size: number): readonly (readonly [from: number, to: number])[] {
  return Array.from({ length: Math.floor(length / size) }, (_, block) => [
    block * size,
    (block + 1) * size,
  ])
}

/**
 * A tone fits at every period of its own, so another place must fit clearly better than the true one; and by half of the window at least,
 * for a few samples fit anywhere.
 */
function bestShift(own: Float32Array, wanted: Float32Array): number {
  const slowOwn = slower(own)
  const slowWanted = slower(wanted)
  const furthest = Math.min(
    Math.round((furthestSeconds * comparedRate) / slowFactor),
    Math.floor(slowWanted.length / 2),
  )
  let best = (correlationOf(slowOwn, slowWanted) ?? 1) + clearlyBetter
  let shift = 0
  for (let tried = -furthest; tried <= furthest; tried += 1) {
    const fit = correlationOf(slowOwn, slowWanted, tried)
    if (fit === null || fit <= best) continue
    best = fit
    shift = tried
  }
  return (shift * slowFactor) / comparedRate
}

const clearlyBetter = 0.05

function slower(samples: Float32Array): Float32Array {
  const length = Math.floor(samples.length / slowFactor)
  return Float32Array.from({ length }, (_, at) => {
    let sum = 0
    for (let offset = 0; offset < slowFactor; offset += 1)
      sum += samples[at * slowFactor + offset] ?? 0
    return sum / slowFactor
  })
}

function silentShare(own: Float32Array, wanted: Float32Array): number {
  const step = comparedRate / 50
  const blocks = Math.floor(wanted.length / step)
  let lost = 0
  for (let block = 0; block < blocks; block += 1) {
    const [from, to] = [block * step, (block + 1) * step]
    if (level(wanted.subarray(from, to)) < audible) continue
    if (level(own.subarray(from, to)) < silent) lost += 1
  }
  return lost / Math.max(1, blocks)
}
