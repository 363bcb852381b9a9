import type { Footing } from './footing.ts'

/**
 * How far a delivered segment may stand from the verifier's own encode of the same window before it is a fault.
 *
 * Every limit lies between what honest encoders of other classes reach (in brackets: the worst of ten ways of encoding
 * over films, grain, darkness, motion, flashes and drawings) and what cheats cannot stay under. `npm run bench:verify`
 * measures both, case by case, into `test/perf/RESULTS.md`. One limit crossed is a fault, so each is set by the honest
 * side first: an accusation that is wrong costs more than a cheat that another leaf will find.
 */
export const pictureLimits = {
  /** SSIM of luma lost on average (0.014). Starved pictures lose more; so do those of another place or time. */
  similarityLoss: 0.02,
  /** SSIM of luma lost in the worst three pictures on end (0.019; 0.05 beside a flash). Half a second that is spliced in leaves the mean where it was. */
  worstSimilarityLoss: 0.1,
  /** Decibels of noise (1.1; 2.1 of a fractal). crf 35 adds 2.9 to 6, and 1.9 to a test card, where it is missed. */
  noiseGain: 2.5,
  /** Decibels of noise in the colours (1.9; 3.8 of a fractal), which encoders favour more or less. Grey adds 16. */
  chromaNoiseGain: 5,
  /** Least share of the reference's finest detail (0.87; 0.63 of grain), beside a bilinear scaler's. From three quarters 0.1 to 0.5 is left. */
  detailRatio: 0.6,
  /** Share of pictures that stand still where the source moves (one of 24). One dropped frame in eight is 0.1. */
  frozenShare: 0.05,
  /** Share of pictures that are black where the source's are not (0). */
  blackShare: 0,
  /** Levels by which a tile may be off in one picture (4). A mark of 40x16 pixels is off by 24 to 57. */
  tilePeak: 16,
  /** Levels by which a tile may be off on average (0.9): what is drawn over a picture stays. The faintest mark is off by 4. */
  tileLasting: 3,
  /** Decibels by which the pictures may fit better one frame away from their place (0). One frame late is 5 and more. */
  shiftGain: 1,
  /**
   * Least share of the bytes that the reference's pictures take (0.44, starved and split elsewhere). Black has 0.04 to 0.15; a quarter of the
   * rate 0.25 to 0.315 where its rung is starved, and hardly anything else tells it there.
   */
  bytesRatio: 0.4,
}

export type PictureLimits = Readonly<Record<keyof typeof pictureLimits, number>>

/** Where the rung's cap starves the pictures: what honest encoders reach there is several times as far apart. */
const unsteadyLimits: PictureLimits = {
  ...pictureLimits,
  /** (0.17), and black has 0.4, another place 0.6 */
  similarityLoss: 0.25,
  /** (0.27), and another place has 0.7 */
  worstSimilarityLoss: 0.5,
  /** (10.8), and black has 17 */
  noiseGain: 13,
  /** (8.6), and black has 12 to 14 */
  chromaNoiseGain: 11,
  /** (0.43) */
  detailRatio: 0.3,
  /** (two of 24), and half the frame rate is 0.5 */
  frozenShare: 0.15,
  /** (38), and half the frame rate has 65 */
  tilePeak: 48,
  /** (11), and a faint mark 18 */
  tileLasting: 16,
}

export const limitsOn: Readonly<Record<Footing, PictureLimits>> = {
  firm: pictureLimits,
  unsteady: unsteadyLimits,
  /** Never stricter than unsteady ground: a leaf between the two is on either by a hair of the reference. */
  drowned: {
    ...unsteadyLimits,
    /** (0.44) */
    worstSimilarityLoss: 0.55,
    /** Nothing is left that could be asked for. */
    detailRatio: Number.NEGATIVE_INFINITY,
    /** (0.58): bits go where they may, and what gets none stands still. */
    frozenShare: 1,
    /** (0.368, of noise held to its cap on average). A quarter of the rate has 0.28 to 0.315. */
    bytesRatio: 0.34,
  },
}

/** The same for a segment of the sound, against the verifier's own. */
export const soundLimits = {
  /**
   * Least correlation of the waveform of either channel over the segment (0.977; 0.61 of noise, whose wave no encoder keeps: what has
   * less is held against the source). Sound at 16 kb/s has 0.53 to 0.92.
   */
  correlation: 0.93,
  /** The same in its worst quarter of a second (0.963). Half a second that is replaced leaves 0. */
  worstCorrelation: 0.6,
  /** Seconds by which it may be early or late (0). */
  shiftSeconds: 0.01,
  /** Decibels by which it may be louder or fainter (1, which was asked for). */
  levelDifference: 3,
  /** Share of the time in which it is silent where the other is not (0). */
  silentShare: 0.02,
} as const

/** How far a sound may be from its source whose wave is another than that of the verifier's own, which may itself be far from it. */
export const keptLimits = {
  /**
   * Of its wave beneath 4 kHz it may have lost so many times what the own has, which is 6 dB more noise (1.1 by the recipe; 3.4 at 160 kb/s and
   * 3.9 with other tools of AAC, of violet noise), and what two encoders may be apart in any case: where the own has kept all, so has it to.
   */
  lostFactor: 4,
  /** What correlates no better is another sound, whatever became of the own. */
  leastCorrelation: 0.3,
  /**
   * Above, the most decibels by which it may be further off than the own (0.6, or 1 with the decibel that was asked for; 1.1 in the worst
   * quarter). Replaced in between it is off by 3 and more, at 16 kb/s, where nothing is left there, by 10.
   */
  distance: { mean: 2, worst: 3.5 },
} as const
