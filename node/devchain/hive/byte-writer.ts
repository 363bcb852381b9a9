/** Packs values as fc::raw does: little endian, lengths as varints, text in UTF-8. */
export interface ByteWriter {
  u8(value: number): void
  u16(value: number): void
  u32(value: number): void
  i64(value: bigint): void
  varint(value: number): void
  text(value: string): void
  bytes(value: Uint8Array): void
  finish(): Buffer
}

export function createByteWriter(): ByteWriter {
  const parts: Uint8Array[] = []
  const fixed = (size: number, write: (buffer: Buffer) => void): void => {
    const buffer = Buffer.allocUnsafe(size)
    write(buffer)
    parts.push(buffer)
  }
  const varint = (value: number): void => {
    parts.push(packVarint(value))
  }
  return {
    u8: (value) => fixed(1, (buffer) => buffer.writeUInt8(value)),
    u16: (value) => fixed(2, (buffer) => buffer.writeUInt16LE(value)),
    u32: (value) => fixed(4, (buffer) => buffer.writeUInt32LE(value)),
    i64: (value) => fixed(8, (buffer) => buffer.writeBigInt64LE(value)),
    varint,
    text: (value) => {
      const bytes = Buffer.from(value)
      varint(bytes.length)
      parts.push(bytes)
    },
    bytes: (value) => {
      parts.push(value)
    },
    finish: () => Buffer.concat(parts),
  }
}

function packVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
