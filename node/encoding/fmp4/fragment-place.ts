import type { FramePlace } from '../frames-in-place.ts'
import { readFragment } from './fragment.ts'
import { videoClock } from './init-segment.ts'

/** True if a fragment holds its frames, each shown at its own time, the first one first. Throws a RangeError for bytes that are no segment of ours. */
export function hasFragmentInPlace(
  bytes: Uint8Array,
  { first, frames, rate }: FramePlace,
  index: number,
): boolean {
  const fragment = readFragment(bytes, videoClock(rate).unitTicks)
  if (fragment.index !== index || fragment.start !== first) return false
  if (fragment.samples.length !== frames || fragment.samples[0]?.delay !== 0) return false
  const shown = fragment.samples.map(({ delay }, place) => place + delay)
  return shown.toSorted((left, right) => left - right).every((frame, place) => frame === place)
}
