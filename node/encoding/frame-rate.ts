import type { FrameRate } from '#protocol/grid.ts'
import type { Ratio } from './probe-answer.ts'

/** No rendition is faster. */
const highestRate = 60

/** Rates of films, television, cameras and screens: what a clock that ticks too coarsely most likely means. */
const commonRates: readonly FrameRate[] = [
  [24_000, 1001],
  [24, 1],
  [25, 1],
  [30_000, 1001],
  [30, 1],
  [48, 1],
  [50, 1],
  [60_000, 1001],
  [60, 1],
  [12, 1],
  [25, 2],
  [15_000, 1001],
  [15, 1],
  [20, 1],
  [10, 1],
  [8, 1],
  [6, 1],
  [5, 1],
].map(([numerator = 1, denominator = 1]) => ({ numerator, denominator }))

/** A source is constant at a rate if no picture is further than this, in frames, from its place on the grid. */
const constancy = 0.25

/** What a clock of whole milliseconds does to a picture's place: no reason to doubt a rate that the header claims. */
const jitter = 0.05

/** A rate, and how far the source was from it at worst, in frames. */
type Candidate = { readonly rate: FrameRate; deviation: number }

/** Learns the rate of a source from the times of its pictures, in the order in which they are shown. */
export type RateMeter = {
  /** Seconds since the first picture. */
  add(seconds: number): void
  /** The exact constant rate of the output. */
  rate(): FrameRate
  /** Whether every picture stands where a constant rate would put it, and none of them is one too many for the output's. */
  isConstant(): boolean
}

/**
 * Follows every likely rate at once through the whole source, so that nothing is kept but one figure for each.
 * A rate that has drifted off by a quarter of a frame anywhere is not the source's.
 */
export function createRateMeter(claimed: readonly Ratio[]): RateMeter {
  const followed = (rate: FrameRate): Candidate => ({ rate, deviation: 0 })
  const claims = claimed.map(reduced).filter(isPlausible).map(followed)
  const candidates = [...claims, ...commonRates.map(followed)]
  const steps = createStepMeter()
  let index = 0
  const best = (): Candidate =>
    claims.find(({ deviation }) => deviation <= jitter) ??
    candidates.reduce((a, b) => (b.deviation < a.deviation ? b : a))
  const isConstant = (): boolean => best().deviation <= constancy
  return {
    isConstant: () => isConstant() && !isBarelyTooFast(best().rate),
    add: (seconds) => {
      steps.add(seconds)
      for (const candidate of candidates) {
        const { numerator, denominator } = candidate.rate
        const deviation = Math.abs((seconds * numerator) / denominator - index)
        candidate.deviation = Math.max(candidate.deviation, deviation)
      }
      index += 1
    },
    rate: () => withinLimits(isConstant() ? best().rate : nearestWhole(steps.rate())),
  }
}

/**
 * How fast a source without a constant rate is where it moves: by most of its steps, so that pauses and dropped pictures
 * do not count, or by their average, where its clock shakes so much that most steps are long and some very short.
 */
function createStepMeter(): { add(seconds: number): void; rate(): number } {
  const counts = new Map<number, number>()
  let previous: number | null = null
  let total = 0
  let seconds = 0
  return {
    add: (time) => {
      if (previous !== null) {
        const step = Math.min(10_000, Math.max(1, Math.round((time - previous) * 10_000)))
        counts.set(step, (counts.get(step) ?? 0) + 1)
        total += 1
        seconds += time - previous
      }
      previous = time
    },
    rate: () => {
      if (total === 0) return 1
      const average = seconds > 0 ? total / seconds : 0
      return Math.max(average, 1 / medianOf(counts, total))
    },
  }
}

/** Half of all steps are shorter; in seconds. */
function medianOf(counts: ReadonlyMap<number, number>, total: number): number {
  let seen = 0
  for (const [step, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count
    if (2 * seen >= total) return step / 10_000
  }
  return 1
}

/** A source without a constant rate has no reason for a broken one. */
function nearestWhole(framesPerSecond: number): FrameRate {
  const distance = ({ numerator }: FrameRate): number =>
    Math.abs(Math.log(framesPerSecond / numerator))
  return commonRates
    .filter(({ denominator }) => denominator === 1)
    .reduce((best, rate) => (distance(rate) < distance(best) ? rate : best))
}

/** A clock that runs a little fast, as phones' do, means the highest rate. Thinned to every second picture it would lose half of them. */
const barelyFaster = 1.05

function isBarelyTooFast({ numerator, denominator }: FrameRate): boolean {
  const share = numerator / (denominator * highestRate)
  return share > 1 && share <= barelyFaster
}

/**
 * Every second, third … picture of a source that is too fast, or all but the few that are too many; a very slow one is shown at a multiple
 * of its rate.
 */
function withinLimits({ numerator, denominator }: FrameRate): FrameRate {
  if (isBarelyTooFast({ numerator, denominator })) return { numerator: highestRate, denominator: 1 }
  const divisor = Math.ceil(numerator / (denominator * highestRate))
  const multiple = Math.ceil(denominator / numerator)
  return reduced({ numerator: numerator * multiple, denominator: denominator * divisor })
}

function isPlausible({ numerator, denominator }: FrameRate): boolean {
  return numerator <= 1_000_000 && denominator <= 1_000_000 / highestRate
}

function reduced({ numerator, denominator }: Ratio): FrameRate {
  const divisor = greatestCommonDivisor(numerator, denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
