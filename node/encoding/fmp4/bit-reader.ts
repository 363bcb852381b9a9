/** Reads numbers of so many bits, one after another, the highest bit first. */
export type BitReader = {
  /** Throws a RangeError behind the end. */
  read(bits: number): number
  flag(): boolean
  skip(bits: number): void
}

export function createBitReader(bytes: Uint8Array): BitReader {
  let position = 0
  const bit = (): number => {
    const byte = bytes[position >> 3]
    if (byte === undefined) throw new RangeError('a header that ends too early')
    position += 1
    return (byte >> (7 - ((position - 1) & 7))) & 1
  }
  const read = (bits: number): number => {
    let value = 0
    for (let count = 0; count < bits; count += 1) value = 2 * value + bit()
    return value
  }
  return { read, flag: () => bit() === 1, skip: (bits) => void read(bits) }
}
