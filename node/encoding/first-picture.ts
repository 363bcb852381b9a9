import { elementaryStream, mediaPid, transportPackets } from './transport-stream.ts'

/** The H.264 of a segment's first picture alone: a key frame with all that is needed to decode it. */
export function firstPicture(segment: Uint8Array): Uint8Array {
  let pictures = 0
  for (const { pid, isStart, offset } of transportPackets(segment)) {
    if (pid !== mediaPid || !isStart) continue
    pictures += 1
    if (pictures === 2) return elementaryStream(segment.subarray(0, offset))
  }
  return elementaryStream(segment)
}
