import type { TileSize } from './picture-arguments.ts'

/** Pictures as small as one sample for a tile: luma and both chroma planes of equal size, picture after picture. */
export type Tiles = { readonly size: TileSize; readonly samples: Uint8Array }

export type TileFigures = {
  /** The largest difference of a tile in a single picture, in levels, above the largest that the reference has. */
  readonly peak: number
  /**
   * The largest difference from the reference that stays, averaged over the whole segment, above its own from the source;
   * of colours, what goes beyond `colourLag`.
   */
  readonly lasting: number
  /** Share of the pictures that are black where the source's are not. */
  readonly blackShare: number
}

const planes = 3

/**
 * Levels by which the colours of a tile may be behind for a whole segment. Encoders that tell by luma alone whether a block
 * stands still repeat it while its colour slowly changes: Chromium's are up to 8.4 levels behind where a ground fades at
 * sixty pictures a second. Grey pictures are off by 25 and more.
 */
const colourLag = 8

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
export function compareTiles(delivered: Tiles, reference: Tiles, source: Tiles): TileFigures {
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
  const own = spread * largest(usualSums)
  const luma = width * height
  const lasting = Math.max(
    largest(sums.subarray(0, luma)) - own,
    largest(sums.subarray(luma)) - own - colourLag * pictures,
  )
  return {
    peak: Math.max(0, peak - usualPeak),
    lasting: Math.max(0, lasting / Math.max(1, pictures)),
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
