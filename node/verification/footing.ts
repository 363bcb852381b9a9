/** What the verifier's own encode of a segment says about how far any encode of it can be judged. */
export type ReferenceState = {
  /** SSIM of its luma to the source's, on average: 1 is the same. */
  readonly similarity: number
  /** Share of the source's finest detail that is really in it. */
  readonly detailKept: number
  /** Bytes it took, of those that the rung's cap could give it. */
  readonly capShare: number
}

/**
 * How firmly a segment stands: on firm ground encoders agree closely. Where the cap leaves an encoder too few bits, they
 * do not. Detail that only a good encoder keeps makes the others `unsteady`; where none keeps any, pictures are `drowned`
 * in what each of them makes instead, and even what moves is a matter of chance.
 */
export type Footing = 'firm' | 'unsteady' | 'drowned'

/** Shares of the cap's bytes, and of likeness, at which a rung is starved; and what is left of likeness in a drowned one. */
const starvedShare = 0.6
const starvedSimilarity = 0.95
const drownedSimilarity = 0.7
const detailHeld = 0.5

export function footingOf({ similarity, detailKept, capShare }: ReferenceState): Footing {
  const isStarved = capShare >= starvedShare && similarity < starvedSimilarity
  if (!isStarved) return 'firm'
  if (similarity < drownedSimilarity) return 'drowned'
  return detailKept < detailHeld ? 'firm' : 'unsteady'
}

/** Seconds of its rate that an encoder may have saved up when a segment begins: the buffer holds two, and is nearly full. */
const savedSeconds = 1.8

/** Bytes that a cap can give to so many seconds that are encoded alone. */
export function capBytes(kbps: number, seconds: number): number {
  return (kbps * 1_000 * (seconds + savedSeconds)) / 8
}
