/** Boxes that lead from a file's top to the description of its first stream. */
const way = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'] as const

/**
 * Puts a box at the end of the first stream's description in an MP4 whose index stands behind its media, so that nothing
 * the index points to moves.
 */
export function withDescription(file: Uint8Array, type: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file)
  const box = Buffer.concat([size(8 + content.length), Buffer.from(type, 'latin1'), content])
  const offsets: number[] = []
  let [from, to] = [0, bytes.length]
  for (const name of way) {
    const offset = find(bytes, name, from, to)
    offsets.push(offset)
    to = offset + bytes.readUInt32BE(offset)
    from = offset + 8 + (name === 'stsd' ? 8 : 0)
  }
  offsets.push(from)
  const end = from + bytes.readUInt32BE(from)
  for (const offset of offsets) bytes.writeUInt32BE(bytes.readUInt32BE(offset) + box.length, offset)
  return Buffer.concat([bytes.subarray(0, end), box, bytes.subarray(end)])
}

/** What a stream of Dolby Vision says of itself (`dvcC`): version, profile, level, base layer and its compatibility. */
export function dolbyVision(profile: number, compatibility: number): Uint8Array {
  const content = Buffer.alloc(24)
  content.writeUInt8(1, 0)
  content.writeUInt16BE((profile << 9) | (1 << 3) | 0b101, 2)
  content.writeUInt8(compatibility << 4, 4)
  return content
}

function find(bytes: Buffer, name: string, from: number, to: number): number {
  for (let offset = from; offset < to; offset += bytes.readUInt32BE(offset))
    if (bytes.toString('latin1', offset + 4, offset + 8) === name) return offset
  throw new RangeError(`no box ${name}`)
}

function size(bytes: number): Uint8Array {
  const content = Buffer.alloc(4)
  content.writeUInt32BE(bytes)
  return content
}
