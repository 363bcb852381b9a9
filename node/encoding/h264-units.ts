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
  for (const { type, unit } of unitsIn(stream)) {
    const isSlice = type === pictureKinds.other || type === pictureKinds.refresh
    if (isSlice && (unit[1] ?? 0) >> 7 === 1) count += 1
  }
  return count
}

/** How many bytes of a stream are slices of pictures, without what fills them up at their ends. */
export function sliceBytes(stream: Uint8Array): number {
  let bytes = 0
  for (const { type, unit } of unitsIn(stream))
    if (type >= firstSlice && type <= lastSlice) bytes += unpaddedLength(unit)
  return bytes
}

/** How long a unit is without zeros behind its end, plain or as words that keep them from looking like a start code (7.2). */
export function unpaddedLength(unit: Uint8Array): number {
  let length = unit.length
  for (;;) {
    const isWord = unit[length - 1] === 3 && unit[length - 2] === 0 && unit[length - 3] === 0
    if (length === 0 || (unit[length - 1] !== 0 && !isWord)) return length
    length -= 1
  }
}

/** Types of units that are slices, or parts of such. */
const [firstSlice, lastSlice] = [1, 5]

const startCode = Buffer.from([0, 0, 1])

type Unit = { readonly type: number; readonly unit: Uint8Array }

/** The units of a byte stream, in order. */
function* unitsIn(stream: Uint8Array): Generator<Unit> {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length)
  let start = bytes.indexOf(startCode) + startCode.length
  while (start >= startCode.length && start < bytes.length) {
    const next = bytes.indexOf(startCode, start)
    const unit = bytes.subarray(start, next < 0 ? bytes.length : next)
    yield { type: (unit[0] ?? 0) & 0x1f, unit }
    start = next + startCode.length
  }
}
