/** What a player fetches at once, and how long it plays. */
export type Stretch = { readonly bits: number; readonly seconds: number }

/**
 * The peak segment bit rate of a playlist, in bits a second: that of the heaviest run of segments on end which lasts between half and one and
 * a half times the target duration (RFC 8216, 4.1). A short last segment, whose one key picture has no others to share its weight with, counts
 * together with the one ahead. Of a playlist that is shorter than all that, its mean.
 */
export function peakRate(segments: readonly Stretch[], targetSeconds: number): number {
  const [least, most] = [0.5 * targetSeconds, 1.5 * targetSeconds]
  let peak = 0
  for (const from of segments.keys()) {
    let [bits, seconds] = [0, 0]
    for (let at = from; at < segments.length; at += 1) {
      bits += segments[at]?.bits ?? 0
      seconds += segments[at]?.seconds ?? 0
      if (seconds > most) break
      if (seconds >= least) peak = Math.max(peak, bits / seconds)
    }
  }
  return peak > 0 ? peak : meanRate(segments)
}

/** Bits a second over the whole; 0 of nothing. */
export function meanRate(segments: readonly Stretch[]): number {
  const bits = segments.reduce((sum, segment) => sum + segment.bits, 0)
  const seconds = segments.reduce((sum, segment) => sum + segment.seconds, 0)
  return seconds === 0 ? 0 : bits / seconds
}
