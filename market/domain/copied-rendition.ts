import type { FrameGrid } from '#protocol/grid.ts'
import { areOfferable, frameSeconds } from '#protocol/grid.ts'
import type { Ladder, Rendition } from '#protocol/ladder.ts'
import { mostSegments } from './offer-terms.ts'
import { renditionBitsLimit, segmentBitsLimit } from './segment-rate.ts'

/** What decides whether a source's own video can serve as a rendition as it is. */
export type OwnVideo = {
  readonly codec: string
  /** As FFmpeg names it: `High`, `Main`, `Constrained Baseline`. */
  readonly profile: string
  /** Ten times the level: 41 is 4.1. */
  readonly level: number
  /** Stored size. */
  readonly width: number
  readonly height: number
  /**
   * True if the pictures are shown as they are stored: upright, square, progressive, 8 bits, 4:2:0, BT.709 in limited range,
   * at the grid's constant rate, not one missing.
   */
  readonly isPlain: boolean
  /** Frames of the grid at which groups of pictures begin, ascending from 0. */
  readonly keyFrames: readonly number[]
}

/** A rendition to be copied, and the grid that its key frames make for all. */
export type CopyPlan = { readonly rendition: Rendition; readonly grid: FrameGrid }

/** What keeps a source's own video from serving as a rendition: the first is another codec wanted, the last two are found by cutting. */
export type CopyObstacle =
  | 'recipe'
  | 'codec'
  | 'pictures'
  | 'size'
  | 'profile'
  | 'level'
  | 'key-frames'
  | 'cut'
  | 'rate'

/** Seconds that a copied segment lasts at least and at most; only the last may be shorter. */
const shortestSeconds = 2
const idealSeconds = 4
const longestSeconds = 6

/** Profiles by what they ask of a decoder. Baseline proper is left out: its arbitrary slice order is in no other. */
const profileRanks: Readonly<Record<string, number>> = {
  'constrained baseline': 0,
  main: 1,
  high: 2,
}

/**
 * The rendition that the source's own video may serve as, and the segments that this would make; or what of its form
 * forbids it. Whether it really can is shown by cutting it: see {@link keepsCap}.
 */
export function planCopy(own: OwnVideo, ladder: Ladder, grid: FrameGrid): CopyPlan | CopyObstacle {
  if (own.codec !== 'h264') return 'codec'
  if (!own.isPlain) return 'pictures'
  const rendition = ladder.find(({ width, height }) => own.width === width && own.height === height)
  if (!rendition) return 'size'
  if (!isWithinProfile(own.profile, rendition.profile)) return 'profile'
  if (own.level > Math.round(Number(rendition.level) * 10)) return 'level'
  const lengths = cutAt(own.keyFrames, grid)
  if (!lengths || lengths.length > mostSegments || !areOfferable(lengths)) return 'key-frames'
  return { rendition, grid: { ...grid, segmentFrames: Math.max(...lengths), lengths } }
}

/** True if segments cut from the source stay within the rendition's rate, each by itself and all together. */
export function keepsCap(
  segments: readonly { readonly bytes: number; readonly units: number }[],
  { kbps }: Rendition,
  { rate, frames }: FrameGrid,
): boolean {
  const bits = segments.reduce((sum, { bytes }) => sum + 8 * bytes, 0)
  return (
    bits <= renditionBitsLimit(kbps, frameSeconds(rate, frames)) &&
    segments.every(
      ({ bytes, units }) => 8 * bytes <= segmentBitsLimit(kbps, frameSeconds(rate, units)),
    )
  )
}

/** True if what plays the wanted profile plays the own one as well. */
export function isWithinProfile(own: string, wanted: Rendition['profile']): boolean {
  const rank = profileRanks[own.toLowerCase()]
  return rank !== undefined && rank <= (profileRanks[wanted] ?? 0)
}

/**
 * Lengths of segments that begin at key frames and are as near to the usual length as these allow, by the sum of the squares of
 * what each is off; null where some stretch has no key frame in time.
 */
function cutAt(keyFrames: readonly number[], { rate, frames }: FrameGrid): number[] | null {
  const perSecond = rate.numerator / rate.denominator
  const least = Math.ceil(shortestSeconds * perSecond)
  const most = Math.floor(longestSeconds * perSecond)
  const ideal = idealSeconds * perSecond
  if (keyFrames[0] !== 0) return null
  const ends = [...keyFrames.filter((frame) => frame < frames), frames]
  const best: { readonly cost: number; readonly from: number }[] = [{ cost: 0, from: -1 }]
  for (let end = 1; end < ends.length; end += 1) {
    best[end] = { cost: Number.POSITIVE_INFINITY, from: -1 }
    for (let from = end - 1; from >= 0; from -= 1) {
      const length = (ends[end] ?? 0) - (ends[from] ?? 0)
      if (length > most) break
      if (length < least && end < ends.length - 1) continue
      const cost = (best[from]?.cost ?? 0) + (length - ideal) ** 2
      if (cost < (best[end]?.cost ?? 0)) best[end] = { cost, from }
    }
  }
  if (best.at(-1)?.cost === Number.POSITIVE_INFINITY) return null
  const lengths: number[] = []
  for (let end = ends.length - 1; end > 0; end = best[end]?.from ?? 0)
    lengths.unshift((ends[end] ?? 0) - (ends[best[end]?.from ?? 0] ?? 0))
  return lengths
}
