import type { Ladder, Rendition } from '#protocol/ladder.ts'
import { presets } from '#protocol/ladder.ts'

type Size = { readonly width: number; readonly height: number }
type Preset = (typeof presets)[number]

/** Macroblocks of 16x16 pixels that a level allows in one frame (H.264, table A-1). */
const macroblockLimits = { '4.1': 8192, '4.0': 8192, '3.1': 3600 } as const

/** No rendition is starved below this, however small it is. */
const leastKbps = 150

/**
 * The renditions a source is offered in, by its short side, so that a portrait video gets the ladder of a landscape one.
 * Nothing is enlarged. A source smaller than every preset gets one rendition of its own size.
 */
export function buildLadder(width: number, height: number): Ladder {
  const source = { width, height }
  const fitting = presets.filter((preset) => preset.height <= Math.min(width, height))
  if (fitting.length === 0) return [ownRendition(source)]
  return fitting.map((preset) => {
    const { name, kbps, profile, level } = preset
    return { name, ...fitSize(source, preset.height, preset), kbps, profile, level }
  })
}

/** Smaller pictures need fewer bits, but more of them per pixel. */
function ownRendition(source: Size): Rendition {
  const [, , smallest] = presets
  const { width, height } = fitSize(source, Math.min(source.width, source.height), smallest)
  const share = Math.min(1, (width * height) / (smallest.width * smallest.height))
  return {
    name: `${Math.min(width, height)}p`,
    width,
    height,
    kbps: Math.max(leastKbps, Math.round((smallest.kbps * share ** 0.75) / 10) * 10),
    profile: smallest.profile,
    level: smallest.level,
  }
}

/**
 * The largest even size of the source's shape whose short side is at most `short`, that has no more pixels than the
 * preset's own size, and that its level allows: an ultra-wide source is made smaller, never cut or squeezed.
 */
function fitSize(source: Size, short: number, preset: Preset): Size {
  const macroblocks = macroblockLimits[preset.level]
  const pixels = preset.width * preset.height
  let scale = Math.min(
    1,
    short / Math.min(source.width, source.height),
    Math.sqrt(pixels / (source.width * source.height)),
    (16 * longestSide(macroblocks)) / Math.max(source.width, source.height),
  )
  let size = evenSize(source, scale)
  while (countMacroblocks(size) > macroblocks) {
    scale *= 0.99
    size = evenSize(source, scale)
  }
  return size
}

/** Macroblocks in the longest line a level allows (H.264, A.3.1: the square root of eight times its frame). */
function longestSide(macroblocks: number): number {
  return Math.floor(Math.sqrt(8 * macroblocks))
}

function countMacroblocks({ width, height }: Size): number {
  return Math.ceil(width / 16) * Math.ceil(height / 16)
}

function evenSize({ width, height }: Size, scale: number): Size {
  return { width: nearestEven(width, scale), height: nearestEven(height, scale) }
}

/** Even, because chroma has half the size; and never above the source. */
function nearestEven(side: number, scale: number): number {
  const even = 2 * Math.round((side * scale) / 2)
  return Math.max(2, even > side ? even - 2 : even)
}
