/**
 * How far a delivered segment may stand from the verifier's own encode of the same window before it is a fault.
 *
 * Every limit lies between what honest encoders of other classes reach and what cheats cannot stay under; the figures
 * that decided them are measured by `npm run bench:verify` and stand, case by case, in `test/perf/RESULTS.md`. One limit
 * crossed is a fault, so each is set by the honest side first: wide of the worst honest case, for an accusation that is
 * wrong costs more than a cheat that one other leaf will find.
 */
export const pictureLimits = {
  /** SSIM of luma lost on average. Starved pictures lose more; so do those of another place or time. */
  similarityLoss: 0.02,
  /** SSIM of luma lost in the worst picture: half a second that is spliced in leaves the mean where it was. */
  worstSimilarityLoss: 0.1,
  /** Decibels of noise. The fastest preset adds 2 to the recipe's own, an enlargement 3 and more. */
  noiseGain: 2.75,
  /** Decibels of noise in the colours, where honest scalers and encoders differ more than in luma. */
  chromaNoiseGain: 5,
  /** Least share of the reference's fine detail. What was enlarged has none of the finest. */
  detailRatio: 0.85,
  /** Share of pictures that stand still where the source moves. */
  frozenShare: 0.03,
  /** Share of pictures that are black where the source's are not. */
  blackShare: 0,
  /** Levels by which a tile may be off in one picture. */
  tilePeak: 16,
  /** Levels by which a tile may be off on average: what is drawn over a picture stays where it is. */
  tileLasting: 4,
  /** Decibels by which the pictures may fit better one frame away from their place. */
  shiftGain: 1,
  /** Least share of the reference's bytes. */
  bytesRatio: 0.3,
} as const

/** The same for a segment of the sound, against the source's own. */
export const soundLimits = {
  /** Least correlation of the waveform, over the segment and in its worst quarter of a second. */
  correlation: 0.9,
  worstCorrelation: 0.6,
  /** Seconds by which it may be early or late. */
  shiftSeconds: 0.01,
  /** Decibels by which it may be louder or fainter. */
  levelDifference: 3,
  /** Share of the time in which it is silent where the source is not. */
  silentShare: 0.02,
} as const
