import type { TileSize } from './picture-arguments.ts'

/** Pictures as small as one sample for a tile: luma and both chroma planes of equal size, picture after picture. */
export type Tiles = { readonly size: TileSize; readonly samples: Uint8Array }

export type TileFigures = {
  /** The largest difference of a tile in a single picture, in levels, above what the reference has there. */
  readonly peak: number
  /** The largest difference of a tile that stays, averaged over the whole segment, in levels. */
  readonly lasting: number
  /** Share of the pictures that are black where the source's are not. */
  readonly blackShare: number
}

const planes = 3

/** Levels of mean luma: a picture below the first is black, a source above the second is not. */
const black = 20
const visible = 28

/**
 * Compares tile by tile. An encoder's noise has no direction and is gone in the mean of a tile; whatever is drawn over
 * a picture, or shown in its place, is not.
 */
export function compareTiles(delivered: Tiles, reference: Tiles, source: Tiles): TileFigures {
  const { width, height } = source.size
  const perPicture = width * height * planes
  const pictures = Math.floor(source.samples.length / perPicture)
  const sums = new Float64Array(perPicture)
  let peak = 0
  let dark = 0
  for (let picture = 0; picture < pictures; picture += 1) {
    const start = picture * perPicture
    for (let tile = 0; tile < perPicture; tile += 1) {
      const wanted = source.samples[start + tile] ?? 0
      const off = (delivered.samples[start + tile] ?? 0) - wanted
      const usual = (reference.samples[start + tile] ?? 0) - wanted
      sums[tile] = (sums[tile] ?? 0) + off - usual
      peak = Math.max(peak, Math.abs(off) - Math.abs(usual))
    }
    const isLost = meanLuma(delivered, picture) < black && meanLuma(source, picture) > visible
    if (isLost) dark += 1
  }
  const lasting =
    sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0) / Math.max(1, pictures)
  return { peak, lasting, blackShare: dark / Math.max(1, pictures) }
}

function meanLuma({ size, samples }: Tiles, picture: number): number {
  const luma = size.width * size.height
  const start = picture * luma * planes
  let sum = 0
  for (let tile = 0; tile < luma; tile += 1) sum += samples[start + tile] ?? 0
  return sum / luma
}
