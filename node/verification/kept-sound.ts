import { comparedRate } from './sound-arguments.ts'
import { equalBands, lowerHalf, upperHalf } from './sound-bands.ts'
import type { KeptWave } from './sound-figures.ts'
import { audible, channelsOf, keptWave } from './sound-figures.ts'

/** How far a sound is from another in how loud each band is from moment to moment, in decibels, of the worse channel. */
type LoudnessDistance = {
  readonly mean: number
  /** Of the worst quarter of a second. */
  readonly worst: number
}

/**
 * How much of the source a sound has kept: beneath 4 kHz of its wave, above how loud each moment is in bands of 500 Hz. There encoders may
 * put noise in the place of noise, which has another wave and sounds the same.
 */
export type KeptSound = { readonly low: KeptWave; readonly high: LoudnessDistance }

/** Compares interleaved samples of the same window of a sound and of what its encoder was given. */
export function keptSound(sound: Int16Array, source: Int16Array): KeptSound {
  const [own, wanted] = [channelsOf(sound), channelsOf(source)]
  return {
    low: keptWave(own.map(lowerHalf), wanted.map(lowerHalf), comparedRate / 2),
    high: furthest(wanted.map((channel, index) => distanceAbove(own[index], channel))),
  }
}

/** Bands above 4 kHz, and moments in each: long enough that noise is about as loud in each. */
const bandsDepth = 3
const bandCount = 2 ** bandsDepth
const momentSamples = comparedRate / (2 * bandCount) / 20
const momentsInQuarter = 5

function distanceAbove(own: Float32Array | undefined, wanted: Float32Array): LoudnessDistance {
  const [mine, theirs] = [powersAbove(own ?? new Float32Array()), powersAbove(wanted)]
  const floor = Math.max(audible ** 2 / bandCount, faintShare * mean(theirs.flat()))
  const decibelsOff = theirs.map((powers, moment) =>
    powers.flatMap((power, band) => differenceOf(mine[moment]?.[band] ?? 0, power, floor)),
  )
  const quarters = Array.from(
    { length: Math.ceil(decibelsOff.length / momentsInQuarter) },
    (_, quarter) =>
      decibelsOff
        .slice(quarter * momentsInQuarter)
        .slice(0, momentsInQuarter)
        .flat(),
  )
  return { mean: mean(decibelsOff.flat()), worst: Math.max(0, ...quarters.map(mean)) }
}

/** Of the source's mean: what is fainter in both counts for nothing. */
const faintShare = 0.01

function differenceOf(mine: number, theirs: number, floor: number): readonly number[] {
  if (Math.max(mine, theirs) < floor) return []
  return [Math.abs(10 * Math.log10((mine + floor) / (theirs + floor)))]
}

/** Mean square of each whole moment, in each band. */
function powersAbove(channel: Float32Array): readonly (readonly number[])[] {
  const bands = equalBands(upperHalf(channel), bandsDepth)
  const moments = Math.floor((bands[0]?.length ?? 0) / momentSamples)
  return Array.from({ length: moments }, (_, moment) =>
    bands.map((band) => {
      const samples = band.subarray(moment * momentSamples, (moment + 1) * momentSamples)
      return mean(Array.from(samples, (value) => value ** 2))
    }),
  )
}

function furthest(distances: readonly LoudnessDistance[]): LoudnessDistance {
  return {
    mean: Math.max(...distances.map(({ mean: of }) => of)),
    worst: Math.max(...distances.map(({ worst }) => worst)),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
