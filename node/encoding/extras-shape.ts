import type { FrameGrid } from '#protocol/grid.ts'
import type { StoryboardRecord } from '#protocol/manifest.ts'
import { tiledSegments } from './storyboard.ts'

type Size = { readonly width: number; readonly height: number }

/** What a tree's pictures are made of: its grid, and its renditions, the largest first. */
export type ExtrasTerms = { readonly grid: FrameGrid; readonly renditions: readonly Size[] }

/** Poster and storyboard as they have to be: those who make them and those who check them agree on every figure. */
export type ExtrasShape = {
  readonly poster: Size
  readonly storyboard: Omit<StoryboardRecord, 'sheets'>
  readonly sheets: number
  /** Of a whole sheet. */
  readonly sheet: Size
}

const columns = 5
const rows = 5
const tileSide = 160
const posterSide = 1280

/** Throws a RangeError for a tree without renditions. */
export function extrasShape({ grid, renditions }: ExtrasTerms): ExtrasShape {
  const [largest, smallest] = [renditions[0], renditions.at(-1)]
  if (!largest || !smallest) throw new RangeError('a tree has a rendition')
  const { everySegments, indexes } = tiledSegments(grid)
  const tile = fitted(smallest, tileSide)
  const tiles = indexes.length
  return {
    poster: fitted(largest, posterSide),
    storyboard: { everySegments, tiles, columns, rows, ...tile },
    sheets: Math.ceil(tiles / (columns * rows)),
    sheet: { width: columns * tile.width, height: rows * tile.height },
  }
}

/** More than JPEG takes for pure noise at the qualities used here. */
export function pictureBytesLimit({ width, height }: Size): number {
  return 2 * width * height + 65_536
}

/** All subtitles of a tree together. Two hours of speech take a tenth of a megabyte. */
export const subtitlesLimitBytes = 16 * 1024 * 1024

/** The most that all extras of a tree take: whoever fetches a tree has to allow for them. */
export function extrasBytesLimit(terms: ExtrasTerms): number {
  const { poster, sheet, sheets } = extrasShape(terms)
  return pictureBytesLimit(poster) + sheets * pictureBytesLimit(sheet) + subtitlesLimitBytes
}

/** The largest even size of the same shape within a square; never enlarged. */
function fitted({ width, height }: Size, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height))
  const even = (value: number): number => Math.max(2, 2 * Math.round((value * scale) / 2))
  return { width: even(width), height: even(height) }
}
