import type { ColourTolerance } from './colour-tolerance.ts'
import type { TileSize } from './picture-arguments.ts'

/** Pictures as small as one sample for a tile: luma and both chroma planes of equal size, picture after picture. */
export type Tiles = { readonly size: TileSize; readonly samples: Uint8Array }

export type ComparedTiles = {
  readonly delivered: Tiles
  readonly reference: Tiles
  readonly source: Tiles
}

export type TileFigures = {
  /** The largest difference of a tile in a single picture, in levels, above the largest that the reference has. */
  readonly peak: number
  /**
   * The largest difference from the reference that stays, averaged over the whole segment, above its own from the source;
   * of colours, what goes beyond the lag that they may have.
   */
  readonly lasting: number
  /** Share of the pictures that are black where the source's are not. */
  readonly blackShare: number
}

const planes = 3

/** Honest encoders that lack bits miss by as much as the reference does, elsewhere, and by half as much again. */
const spread = 1.5

/** Levels of mean luma: a picture below the first is black, a source above the second is not. */
const black = 20
const visible = 28

/**
 * Compares tile by tile. An encoder's noise has no direction and is gone in the mean of a tile; whatever is drawn over
 * a picture, or shown in its place, is not. Where bits are so few that the reference itself misses by much, nothing finer
 * can be told.
 */
export function compareTiles(
  { delivered, reference, source }: ComparedTiles,
  { lagLevels }: Pick<ColourTolerance, 'lagLevels'>,
): TileFigures {
  const { width, height } = source.size
  const perPicture = width * height * planes
  const pictures = Math.floor(source.samples.length / perPicture)
  const sums = new Float64Array(perPicture)
  const usualSums = new Float64Array(perPicture)
  let peak = 0
  let usualPeak = 0
  let dark = 0
  for (let picture = 0; picture < pictures; picture += 1) {
    const start = picture * perPicture
    for (let tile = 0; tile < perPicture; tile += 1) {
      const wanted = source.samples[start + tile] ?? 0
      const off = (delivered.samples[start + tile] ?? 0) - wanted
      const usual = (reference.samples[start + tile] ?? 0) - wanted
      sums[tile] = (sums[tile] ?? 0) + off - usual
      usualSums[tile] = (usualSums[tile] ?? 0) + usual
      peak = Math.max(peak, Math.abs(off))
      usualPeak = Math.max(usualPeak, Math.abs(usual))
    }
    const isLost = meanLuma(delivered, picture) < black && meanLuma(source, picture) > visible
    if (isLost) dark += 1
  }
  const luma = width * height
  const off = Math.max(
    largest(sums.subarray(0, luma)),
    largest(sums.subarray(luma)) - lagLevels * pictures,
  )
  const lasting = (off - spread * largest(usualSums)) / Math.max(1, pictures)
  return {
    peak: Math.max(0, peak - usualPeak),
    lasting: Math.max(0, lasting),
    blackShare: dark / Math.max(1, pictures),
  }
}

function largest(sums: Float64Array): number {
  return sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0)
}

function meanLuma({ size, samples }: Tiles, picture: number): number {
  const luma = size.width * size.height
  const start = picture * luma * planes
  let sum = 0
  for (let tile = 0; tile < luma; tile += 1) sum += samples[start + tile] ?? 0
  return sum / luma
}
