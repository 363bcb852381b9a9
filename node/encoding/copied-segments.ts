import { readFile } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { segmentStart } from '#protocol/grid.ts'
import { codecString } from './codec-string.ts'
import { hasFramesInPlace } from './frames-in-place.ts'
import { firstPicture, pictureKinds } from './h264-units.ts'
import { pesStarts } from './transport-stream.ts'

/**
 * Holds copied segments to what encoded ones are by construction: every frame in its place, an instantaneous refresh
 * first, nothing shown before it, one kind of stream throughout. Rejects with `input-not-copyable` otherwise, so that a
 * creator learns it before there is an offer, and a rung is never sold for what it is not.
 */
export async function requireCopyable(
  segments: readonly EncodedSegment[],
  grid: FrameGrid,
): Promise<void> {
  let kind: string | null = null
  for (const { path, index, units } of segments) {
    const bytes = await readFile(path)
    const place = { first: segmentStart(grid, index), frames: units, rate: grid.rate }
    const own = kindOf(bytes)
    kind ??= own
    const isOfOneKind = own !== null && own === kind
    if (isOfOneKind && hasFramesInPlace(bytes, place) && isClosed(bytes)) continue
    throw new MarketError(
      'input-not-copyable',
      `The video cannot be cut at frame ${place.first} without being encoded.`,
      { segment: index },
    )
  }
}

/** Null for a segment that does not describe its stream, as behind a key picture that refreshes nothing. */
function kindOf(bytes: Uint8Array): string | null {
  try {
    return codecString(bytes)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** True if a segment can be decoded alone: it begins with an IDR picture, and no picture is shown before that one. */
function isClosed(bytes: Uint8Array): boolean {
  const [first, ...others] = pesStarts(bytes)
  return (
    first !== undefined &&
    firstPicture(bytes) === pictureKinds.refresh &&
    others.every(({ pts }) => pts > first.pts)
  )
}
