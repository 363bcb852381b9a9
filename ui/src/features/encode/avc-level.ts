/** Bytes of a record (ISO/IEC 14496-15, 5.3.3) before its first parameter set, and of a set's length. */
const headBytes = 6
const lengthBytes = 2

/** Where a record, and a parameter set behind its length, say their level. */
const levelPlace = 3

/**
 * A description of H.264 at the rendition's level. Encoders say the lowest level that small pictures need, while every rendition of a
 * tree states just its own: a stream may always claim more than it needs. One that claims more already is left as it is.
 */
export function atLevel(description: Uint8Array, level: number): Uint8Array {
  const bytes = description.slice()
  const raise = (place: number): void => {
    bytes[place] = Math.max(level, bytes[place] ?? 0)
  }
  raise(levelPlace)
  const sets = (bytes[headBytes - 1] ?? 0) & 0x1f
  let place = headBytes
  for (let set = 0; set < sets; set += 1) {
    raise(place + lengthBytes + levelPlace)
    place += lengthBytes + (((bytes[place] ?? 0) << 8) | (bytes[place + 1] ?? 0))
  }
  return bytes
}
