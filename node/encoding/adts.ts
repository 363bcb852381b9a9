const headBytes = 7

/** The AAC frames of an ADTS stream, without their heads. Throws a RangeError where one is not followed by exactly the next. */
export function adtsFrames(stream: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = []
  let offset = 0
  while (offset < stream.length) {
    const [sync = 0, layer = 0, , high = 0, middle = 0, low = 0] = stream.subarray(
      offset,
      offset + 6,
    )
    const length = ((high & 0x03) << 11) | (middle << 3) | (low >> 5)
    const isFrame = sync === 0xff && (layer & 0xf6) === 0xf0 && length > headBytes
    if (!isFrame || offset + length > stream.length) throw new RangeError('not an ADTS stream')
    frames.push(stream.subarray(offset + headBytes, offset + length))
    offset += length
  }
  return frames
}

/** How many AAC frames an ADTS stream has; see {@link adtsFrames}. */
export function countAdtsFrames(stream: Uint8Array): number {
  return adtsFrames(stream).length
}
