import { elementaryStream } from './transport-stream.ts'

/** Types of H.264 units that hold a slice of a picture (H.264, table 7-1). */
export const pictureKinds = { other: 1, refresh: 5 } as const

/** The type of the first slice in a segment: of its first picture. Null where there is none. */
export function firstPicture(segment: Uint8Array): number | null {
  for (const type of unitTypes(elementaryStream(segment)))
    if (type === pictureKinds.other || type === pictureKinds.refresh) return type
  return null
}

/** The types of the units of a byte stream, in order. */
function* unitTypes(stream: Uint8Array): Generator<number> {
  for (let index = 0; index + 3 < stream.length; index += 1) {
    const isUnit = stream[index] === 0 && stream[index + 1] === 0 && stream[index + 2] === 1
    if (isUnit) yield (stream[index + 3] ?? 0) & 0x1f
  }
}
