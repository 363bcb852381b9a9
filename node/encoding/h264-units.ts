import { elementaryStream } from './transport-stream.ts'

/** Types of H.264 units that hold a slice of a picture (H.264, table 7-1). */
export const pictureKinds = { other: 1, refresh: 5 } as const

/** The type of the first slice in a segment: of its first picture. Null where there is none. */
export function firstPicture(segment: Uint8Array): number | null {
  for (const { type } of unitsIn(elementaryStream(segment)))
    if (type === pictureKinds.other || type === pictureKinds.refresh) return type
  return null
}

/**
 * How many pictures begin in bytes of a stream: each has one slice that holds its first macroblock, whose number 0 is written as a
 * single set bit. (Streams with redundant slices or in arbitrary order, which only the baseline profile knows, are none of ours.)
 */
export function countPictures(stream: Uint8Array): number {
  let count = 0
  for (const { type, content } of unitsIn(stream)) {
    const isSlice = type === pictureKinds.other || type === pictureKinds.refresh
    if (isSlice && content >> 7 === 1) count += 1
  }
  return count
}

const startCode = Buffer.from([0, 0, 1])

/** The units of a byte stream, in order: their types, and the first byte of what they hold. */
function* unitsIn(stream: Uint8Array): Generator<{ type: number; content: number }> {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length)
  let index = bytes.indexOf(startCode)
  while (index >= 0 && index + 3 < bytes.length) {
    yield { type: (bytes[index + 3] ?? 0) & 0x1f, content: bytes[index + 4] ?? 0 }
    index = bytes.indexOf(startCode, index + 3)
  }
}
