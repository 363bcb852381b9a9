/** Counts the AAC frames of an ADTS stream. Throws a RangeError where one is not followed by exactly the next. */
export function countAdtsFrames(stream: Uint8Array): number {
  let frames = 0
  let offset = 0
  while (offset < stream.length) {
    const [sync = 0, layer = 0, , high = 0, middle = 0, low = 0] = stream.subarray(
      offset,
      offset + 6,
    )
    const length = ((high & 0x03) << 11) | (middle << 3) | (low >> 5)
    const isFrame = sync === 0xff && (layer & 0xf6) === 0xf0 && length > 7
    if (!isFrame || offset + length > stream.length) throw new RangeError('not an ADTS stream')
    offset += length
    frames += 1
  }
  return frames
}
