/** One box of an MP4: its four letters, and what is in it. */
export type Box = {
  readonly type: string
  readonly body: Uint8Array
  /** With its head, as it lies in the file. */
  readonly whole: Uint8Array
}

const headBytes = 8

/** The boxes that fill a file, or another box, one after another. Throws a RangeError where they do not. */
export function boxesIn(content: Uint8Array): readonly Box[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  const boxes: Box[] = []
  let offset = 0
  while (offset < bytes.length) {
    const size = offset + headBytes <= bytes.length ? bytes.readUInt32BE(offset) : 0
    if (size < headBytes || offset + size > bytes.length) throw new RangeError('not whole boxes')
    const whole = bytes.subarray(offset, offset + size)
    boxes.push({ type: whole.toString('latin1', 4, 8), body: whole.subarray(headBytes), whole })
    offset += size
  }
  return boxes
}

/** The content of the first box of a type. Throws a RangeError without one. */
export function bodyOf(content: Uint8Array, ...way: readonly string[]): Buffer {
  let body = content
  for (const type of way) {
    const found = boxesIn(body).find((entry) => entry.type === type)
    if (!found) throw new RangeError(`no box ${type}`)
    body = found.body
  }
  return Buffer.from(body.buffer, body.byteOffset, body.length)
}

export function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const size = headBytes + content.reduce((sum, { length }) => sum + length, 0)
  return Buffer.concat([uint32(size), Buffer.from(type, 'latin1'), ...content])
}

/** A box with a version, and flags that say what is in it. */
export function fullBox(
  type: string,
  [version, flags]: readonly [version: number, flags: number],
  ...content: readonly Uint8Array[]
): Uint8Array {
  return box(type, uint32(version * 2 ** 24 + flags), ...content)
}

/** Whole numbers of four bytes; negative ones in two's complement. */
export function uint32(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}

export function uint16(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index)
  return bytes
}

export function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
