import type { FrameRate } from '#protocol/grid.ts'
import type { Ladder, Rendition } from '#protocol/ladder.ts'
import { presets } from '#protocol/ladder.ts'

type Size = { readonly width: number; readonly height: number }
type Preset = (typeof presets)[number]

/** What a source itself spends on its pictures. */
export type SourcePace = {
  readonly rate: FrameRate
  readonly videoKbps: number
  /** By FFmpeg's name. */
  readonly codec: string
}

/** What a level allows (H.264, table A-1): macroblocks of 16x16 pixels in a frame, and in a second. */
const levels = [
  { level: '3.1', frame: 3600, second: 108_000 },
  { level: '4.0', frame: 8192, second: 245_760 },
  { level: '4.1', frame: 8192, second: 245_760 },
  { level: '4.2', frame: 8704, second: 522_240 },
] as const

/** No rendition is starved below this, however small it is. */
const leastKbps = 150

/** H.264 needs so many times the bits of a younger codec for the same pictures; codecs by FFmpeg's names. */
export const codecGain: Readonly<Record<string, number>> = { hevc: 1.6, vp9: 1.5, av1: 2, vvc: 2.2 }

/**
 * The renditions a source is offered in, by its short side, so that a portrait video gets the ladder of a landscape one.
 * Nothing is enlarged, in pixels or in bits. A source smaller than every preset gets one rendition of its own size.
 */
export function buildLadder(width: number, height: number, pace?: SourcePace): Ladder {
  const source = { width, height }
  const fitting = presets.filter((preset) => preset.height <= Math.min(width, height))
  const renditions =
    fitting.length === 0
      ? [ownRendition(source)]
      : fitting.map((preset): Rendition => {
          const { name, kbps, profile, level } = preset
          return { name, ...fitSize(source, preset.height, preset), kbps, profile, level }
        })
  return pace ? renditions.map((rendition) => paced(rendition, source, pace)) : renditions
}

/** Within what the source spends on as many pixels, and within the level that its frames a second ask for. */
function paced(
  rendition: Rendition,
  source: Size,
  { rate, videoKbps, codec }: SourcePace,
): Rendition {
  const share = Math.min(1, (rendition.width * rendition.height) / (source.width * source.height))
  const worth = videoKbps * (codecGain[codec] ?? 1) * share ** 0.75
  const kbps = Math.min(rendition.kbps, Math.max(leastKbps, Math.ceil(worth / 10) * 10))
  const blocks = countMacroblocks(rendition)
  const perSecond = (blocks * rate.numerator) / rate.denominator
  const first = levels.findIndex(({ level }) => level === rendition.level)
  const fitting = levels
    .slice(first)
    .find(({ frame, second }) => blocks <= frame && perSecond <= second)
  return { ...rendition, kbps, level: fitting?.level ?? '4.2' }
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
  const macroblocks = levels.find(({ level }) => level === preset.level)?.frame ?? 0
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
