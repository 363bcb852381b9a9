import { elementaryStream } from './transport-stream.ts'

/** The type of the H.264 unit that describes a stream. */
const sequenceParameterSet = 7

/**
 * RFC 6381 name of the video in a segment, `avc1.PPCCLL`: profile, constraints and level as the stream itself says them.
 * Throws a RangeError for a segment without H.264 video.
 */
export function codecString(segment: Uint8Array): string {
  const stream = elementaryStream(segment)
  for (let index = 0; index + 6 < stream.length; index += 1) {
    const isUnit = stream[index] === 0 && stream[index + 1] === 0 && stream[index + 2] === 1
    if (!isUnit || ((stream[index + 3] ?? 0) & 0x1f) !== sequenceParameterSet) continue
    const profile = Buffer.from(stream.subarray(index + 4, index + 7))
    return `avc1.${profile.toString('hex').toUpperCase()}`
  }
  throw new RangeError('no H.264 video in this segment')
}
