/** Packs values as fc::raw does: little endian, lengths as varints, text in UTF-8. */
export interface ByteWriter {
  u8(value: number): void
  u16(value: number): void
  u32(value: number): void
  i64(value: bigint): void
  varint(value: number): void
  text(value: string): void
  bytes(value: Uint8Array): void
  /** All that was written. The last call on a writer. */
  finish(): Buffer
}

/** Holds most transactions. */
const firstSize = 512

export function createByteWriter(): ByteWriter {
  let buffer = Buffer.allocUnsafe(firstSize)
  let length = 0
  /** Takes so many bytes, and results in where they begin. */
  const take = (size: number): number => {
    const place = length
    length += size
    if (length > buffer.length) {
      const larger = Buffer.allocUnsafe(2 * length)
      buffer.copy(larger, 0, 0, place)
      buffer = larger
    }
    return place
  }
  const u8 = (value: number): void => {
    const place = take(1)
    buffer.writeUInt8(value, place)
  }
  const varint = (value: number): void => {
    let rest = value
    while (rest >= 0x80) {
      u8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    u8(rest)
  }
  return {
    u8,
    u16: (value) => {
      const place = take(2)
      buffer.writeUInt16LE(value, place)
    },
    u32: (value) => {
      const place = take(4)
      buffer.writeUInt32LE(value, place)
    },
    i64: (value) => {
      const place = take(8)
      buffer.writeBigInt64LE(value, place)
    },
    varint,
    text: (value) => {
      const size = Buffer.byteLength(value)
      varint(size)
      const place = take(size)
      buffer.write(value, place)
    },
    bytes: (value) => {
      const place = take(value.length)
      buffer.set(value, place)
    },
    finish: () => buffer.subarray(0, length),
  }
}
