/** What a transport stream adds to its payload, at most, in hundredths. */
const containerPercent = 12

/** Tables and padding of even the shortest segment, in bits. */
const fixedBits = 16_384

/**
 * Bits that a segment of so many seconds may have under a rendition's cap: the encoder's buffer is two seconds, so a segment
 * holds at most its own time and those two at the full rate.
 */
export function segmentBitsLimit(kbps: number, seconds: number): number {
  return ((seconds + 2) * kbps * 1_000 * (100 + containerPercent)) / 100 + fixedBits
}

/** Bits that a rendition may have in all: its rate for its time, in transport streams. */
export function renditionBitsLimit(kbps: number, seconds: number): number {
  return (seconds * kbps * 1_000 * (100 + containerPercent)) / 100
}
