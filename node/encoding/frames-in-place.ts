import type { FrameRate } from '#protocol/grid.ts'
import { frameSeconds } from '#protocol/grid.ts'
import { countPictures } from './h264-units.ts'
import { clockBaseSeconds, clockRate } from './segment-clock.ts'
import { pesPayloads, pesStarts } from './transport-stream.ts'

/** Where a segment's frames belong on the grid. */
export type FramePlace = {
  readonly first: number
  readonly frames: number
  readonly rate: FrameRate
}

/** Ticks by which a picture's time may be off: a fraction of a frame rounded to 90 kHz. */
const tickTolerance = 1

/**
 * True if a video segment holds its frames, each shown at its own time: as many PES packets, and one picture in each. Throws a
 * RangeError for bytes that are no transport stream.
 */
export function hasFramesInPlace(bytes: Uint8Array, { first, frames, rate }: FramePlace): boolean {
  const times = pesStarts(bytes).map(({ pts }) => pts)
  if (times.length !== frames) return false
  const pictures = pesPayloads(bytes).map(countPictures)
  if (pictures.length !== frames || pictures.some((count) => count !== 1)) return false
  const sorted = times.toSorted((left, right) => left - right)
  return sorted.every((pts, offset) => {
    const wanted = Math.round((clockBaseSeconds + frameSeconds(rate, first + offset)) * clockRate)
    return Math.abs(pts - wanted) <= tickTolerance
  })
}
