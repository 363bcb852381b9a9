import { mediaPid, packetBytes, pesStarts, transportPackets } from '../transport-stream.ts'

/** One unit of H.264, as it lies in a transport stream. */
export type NalUnit = {
  /** `nal_unit_type`: 5 is a slice of a key frame, 7 a sequence parameter set. */
  readonly type: number
  /** Number of the frame it belongs to, in the order of the file. */
  readonly frame: number
  /** Where its first four bytes lie in the file: it may reach over the end of a packet. */
  readonly places: Uint32Array
}

/** The units of a segment's video, in order. Throws a RangeError for bytes that are no transport stream. */
export function* nalUnits(bytes: Uint8Array): Generator<NalUnit> {
  const { places, frameStarts } = locate(bytes)
  const byteAt = (index: number): number => bytes[places[index] ?? 0] ?? 0
  let frame = -1
  for (let index = 3; index < places.length; index += 1) {
    if (byteAt(index - 1) !== 1 || byteAt(index - 2) !== 0 || byteAt(index - 3) !== 0) continue
    while (frame + 1 < frameStarts.length && (frameStarts[frame + 1] ?? 0) <= index) frame += 1
    yield { type: byteAt(index) & 0x1f, frame, places: places.subarray(index, index + 4) }
  }
}

/** Where each byte of the elementary stream lies in the file, and at which of them frames begin. */
function locate(bytes: Uint8Array): {
  readonly places: Uint32Array
  readonly frameStarts: readonly number[]
} {
  const places = new Uint32Array(bytes.length)
  const payloads = new Map(
    pesStarts(bytes).map(({ payload }) => [payload - (payload % packetBytes), payload]),
  )
  const frameStarts: number[] = []
  let length = 0
  for (const { pid, offset, payload } of transportPackets(bytes)) {
    if (pid !== mediaPid) continue
    const start = payloads.get(offset)
    if (start !== undefined) frameStarts.push(length)
    for (let at = start ?? payload; at < offset + packetBytes; at += 1) {
      places[length] = at
      length += 1
    }
  }
  return { places: places.subarray(0, length), frameStarts }
}
