import type { ColourTolerance } from './colour-tolerance.ts'
import type { ReferenceState } from './footing.ts'
import type { Tiles } from './picture-tiles.ts'
import { compareTiles } from './picture-tiles.ts'
import type { ErrorLine, LumaErrorLine, SimilarityLine } from './statistics-file.ts'

/** What FFmpeg measured of one encode, a line for each picture. */
type EncodeSamples = {
  readonly similarity: readonly SimilarityLine[]
  readonly error: readonly ErrorLine[]
  /** The same against the source as the softest scaler in use makes it. */
  readonly softError: readonly ErrorLine[]
  /** Change from each picture to the next. */
  readonly motion: readonly LumaErrorLine[]
  /** Energy of the finest detail. */
  readonly detail: readonly LumaErrorLine[]
  /** How far that detail is from the source's. */
  readonly texture: readonly LumaErrorLine[]
  readonly tiles: Tiles
}

export type PictureSamples = {
  readonly delivered: EncodeSamples
  readonly reference: EncodeSamples
  readonly source: Tiles
  /** Error of the softest scaler in use against the recipe's: no fault of an encoder's. */
  readonly scaling: readonly ErrorLine[]
  /** Detail of the source as the recipe's scaler makes it, and as the softest scaler in use does. */
  readonly sharp: readonly LumaErrorLine[]
  readonly soft: Pick<EncodeSamples, 'detail' | 'texture'>
  readonly shifted: readonly { readonly frames: number; readonly error: readonly ErrorLine[] }[]
}

/**
 * How a delivered segment stands beside the verifier's own encode of the same window. All figures are relative, because
 * an absolute likeness says more about the film than about the encoder.
 */
export type PictureFigures = {
  /**
   * Likeness (SSIM of luma, 0 to 1) lost on average, and in the worst three pictures on end, beyond what the reference's own loss allows. One
   * picture alone may be lost on an honest encoder: a B frame beside a flash is made from both sides of it.
   */
  readonly similarityLoss: number
  readonly worstSimilarityLoss: number
  /** Signal to noise lost on average, in decibels, with whichever scaler either fits best: of luma, and of the worse chroma plane. */
  readonly noiseGain: number
  readonly chromaNoiseGain: number
  /** The source's finest detail that is really there, beside that in the reference, if it had been made by the softest scaler in use: 1 is as much. */
  readonly detailRatio: number
  /** Share of the pictures in which the reference moves and the delivered one stands still. */
  readonly frozenShare: number
  readonly blackShare: number
  /** Levels by which a tile is off, in one picture, and on average over all of them. */
  readonly tilePeak: number
  readonly tileLasting: number
  /** Decibels by which the pictures fit better one frame earlier or later than where they stand; 0 if they do not. */
  readonly shiftGain: number
  /** What the reference itself is like. */
  readonly reference: Pick<ReferenceState, 'similarity' | 'detailKept'>
}

/**
 * Squared levels of error that nobody sees: below them two encodes are alike, however much they differ in proportion. Of
 * detail far less: it is measured as what is shared with the source, which rounding hardly is, and a fiftieth of a squared
 * level is all that the dark has.
 */
const unseenError = 0.3
const unseenDetail = 0.005

/** Squared levels from picture to picture: the reference moves above the first, and is followed by a share of that at least. */
const moving = 0.3
const leastFollowed = 0.12

/** Where the reference itself is unlike the source, for want of bits, honest encoders are unlike each other by such a share of it. */
const ownLossShare = 0.6

export function picturesFigures(samples: PictureSamples, colours: ColourTolerance): PictureFigures {
  const { delivered, reference, source, shifted } = samples
  const losses = pairs(
    delivered.similarity,
    reference.similarity,
    (own, wanted) => wanted.Y - own.Y - ownLossShare * (1 - wanted.Y),
  )
  const tiles = compareTiles(
    { delivered: delivered.tiles, reference: reference.tiles, source },
    colours,
  )
  return {
    similarityLoss: mean(losses),
    worstSimilarityLoss: worstStretch(losses),
    noiseGain: gainOf(samples, ({ mse_y }) => mse_y, unseenError),
    chromaNoiseGain: Math.max(
      gainOf(samples, ({ mse_u }) => mse_u, colours.unseenError),
      gainOf(samples, ({ mse_v }) => mse_v, colours.unseenError),
    ),
    detailRatio: detailRatio(samples),
    frozenShare: frozenShare(delivered.motion, reference.motion),
    blackShare: tiles.blackShare,
    tilePeak: tiles.peak,
    tileLasting: tiles.lasting,
    shiftGain: Math.max(
      0,
      ...shifted.map(({ error }) =>
        decibels(meanError(delivered.error), meanError(error), unseenError),
      ),
    ),
    reference: {
      similarity: mean(reference.similarity.map(({ Y }) => Y)),
      detailKept:
        sharedDetail(samples, reference) / Math.max(unseenDetail, energyOf(samples.sharp)),
    },
  }
}

/** Mean over the pictures of the noise in decibels above the reference's, whatever scalers the two were made with. */
function gainOf(
  { delivered, reference, scaling }: PictureSamples,
  errorOf: (line: ErrorLine) => number,
  unseen: number,
): number {
  const between = scaling.map(errorOf)
  const own = errorsBesideScaler(delivered, between, errorOf)
  const wanted = errorsBesideScaler(reference, between, errorOf)
  return mean(pairs(own, wanted, (error, against) => decibels(error, against, unseen)))
}

/**
 * Squared levels by which each picture is off from whichever blend of the recipe's scaler and the softest it fits best:
 * the distance of a point from a line, by its distances from the line's ends. A scaler's softness is no noise, nor may
 * it cover any: where edges are hard, it alone is more than a starved encode adds.
 */
function errorsBesideScaler(
  { error, softError }: EncodeSamples,
  between: readonly number[],
  errorOf: (line: ErrorLine) => number,
): readonly number[] {
  return pairs(error, softError, (sharp, soft, index) => {
    const [toSharp, toSoft, whole] = [errorOf(sharp), errorOf(soft), between[index] ?? 0]
    if (whole === 0) return toSharp
    const share = Math.min(1, Math.max(0, (1 + (toSharp - toSoft) / whole) / 2))
    return Math.max(0, (1 - share) * toSharp + share * toSoft - share * (1 - share) * whole)
  })
}

/**
 * A bilinear scaler is honest, and leaves about half of the finest detail when it halves a picture; none is lost when it
 * keeps its size. Where the reference has next to none, nothing is asked for.
 */
function detailRatio(samples: PictureSamples): number {
  const { delivered, reference, sharp, soft } = samples
  const softness = Math.min(1, sharedDetail(samples, soft) / energyOf(sharp))
  const wanted = Math.max(0, sharedDetail(samples, reference)) * (softness || 0)
  return (sharedDetail(samples, delivered) + unseenDetail) / (wanted + unseenDetail)
}

/**
 * Squared levels of fine detail that pictures share with the source: from the energy of either, and of their difference.
 * What an encoder adds by itself is not the source's, and counts for nothing.
 */
function sharedDetail(
  { sharp }: PictureSamples,
  { detail, texture }: Pick<EncodeSamples, 'detail' | 'texture'>,
): number {
  return (energyOf(detail) + energyOf(sharp) - energyOf(texture)) / 2
}

function energyOf(lines: readonly LumaErrorLine[]): number {
  return mean(lines.map(({ mse_y }) => mse_y))
}

function frozenShare(
  delivered: readonly LumaErrorLine[],
  reference: readonly LumaErrorLine[],
): number {
  const frozen = pairs(delivered, reference, (own, wanted) =>
    wanted.mse_y > moving && own.mse_y < leastFollowed * wanted.mse_y ? 1 : 0,
  )
  return frozen.length === 0 ? 0 : mean(frozen)
}

function meanError(lines: readonly ErrorLine[]): number {
  return mean(lines.map(({ mse_y }) => mse_y))
}

function decibels(error: number, against: number, unseen: number): number {
  return 10 * Math.log10((error + unseen) / (against + unseen))
}

const stretchPictures = 3

/** The highest mean of so many on end, or of all where there are fewer. */
function worstStretch(losses: readonly number[]): number {
  const length = Math.min(stretchPictures, losses.length)
  const stretches = losses.slice(0, losses.length - length + 1)
  return Math.max(0, ...stretches.map((_, from) => mean(losses.slice(from, from + length))))
}

/** By position: both were measured on equal pictures of one window. */
function pairs<T>(
  delivered: readonly T[],
  reference: readonly T[],
  combine: (own: T, wanted: T, index: number) => number,
): readonly number[] {
  return reference.flatMap((wanted, index) => {
    const own = delivered[index]
    return own === undefined ? [] : [combine(own, wanted, index)]
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
