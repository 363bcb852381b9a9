import { gridSeconds, segmentCount } from '#protocol/grid.ts'
import { audioPreset } from '#protocol/ladder.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { secondsAsked, segmentSpan } from '#protocol/range.ts'

/** What a transport stream adds to its payload, at most, in hundredths. */
const containerPercent = 12

/** Tables and padding of even the shortest segment, in bits. */
const fixedBits = 16_384

/**
 * Bits that a segment of so many seconds may have under a rendition's cap: the encoder's buffer is two seconds, so a segment
 * holds at most its own time and those two at the full rate.
 */
export function segmentBitsLimit(kbps: number, seconds: number): number {
  return ((seconds + 2) * kbps * 1_000 * (100 + containerPercent)) / 100 + fixedBits
}

/** Bits that a rendition may have in all: its rate for its time, in transport streams. */
export function renditionBitsLimit(kbps: number, seconds: number): number {
  return (seconds * kbps * 1_000 * (100 + containerPercent)) / 100
}

/**
 * Bits that a whole track may have under its cap, of so many segments. A segment more is allowed for than it has: sound is
 * cut at its own frames, and may last one of them longer.
 */
export function trackBitsLimit(kbps: number, seconds: number, segments: number): number {
  return segmentBitsLimit(kbps, seconds) + (segments + 1) * segmentBitsLimit(kbps, 0)
}

/** Bytes that the tracks of a tree may have together: no honest tree, whole or not, comes to more. */
export function treeBytesLimit({
  ladder,
  grid,
  source,
}: Pick<JobOffer, 'ladder' | 'grid' | 'source'>): number {
  const { segments } = segmentSpan(grid)
  const video = ladder.map(({ kbps }) => trackBitsLimit(kbps, secondsAsked(grid), segments))
  const sound = trackBitsLimit(audioPreset.kbps, gridSeconds(grid), segmentCount(grid))
  const all = source.audioStream === undefined ? video : [...video, sound]
  return Math.ceil(all.reduce((sum, bits) => sum + bits, 0) / 8)
}
