import type { Sha256 } from '#protocol/canonical.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { BlockId, Cid, JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'

/** Blocks whose ids seed a challenge: three in a row, so that no single witness can grind it, beginning two after the delivery. */
export const beaconDelay = 2
export const beaconBlocks = 3

export type ChallengeSeed = {
  readonly job: JobId
  readonly root: Cid
  /** Ids of the blocks `deliver + 2` to `deliver + 4`. */
  readonly beacon: readonly BlockId[]
  /** What the offer's `saltHash` committed to. Empty where the creator never reveals it: silence must not stop a payment. */
  readonly salt: string
}

/** Neither side can choose this: the encoder committed to its bytes before, the creator to its salt. */
export function challengeSeed(
  { job, root, beacon, salt }: ChallengeSeed,
  sha256: Sha256,
): Sha256Hex {
  return Sha256Hex.parse(
    bytesToHex(sha256(utf8(['challenge 1', job, root, ...beacon, salt].join('\n')))),
  )
}

/** A rendition's run of leaves: from `start`, `length` of them. */
export type Stratum = { readonly start: number; readonly length: number }

/**
 * Draws `count` different leaves, taking turns among the renditions so that none is left out by chance.
 * Returns their indices as drawn; all of them where there are no more than `count`.
 */
export function drawLeaves(
  seed: Sha256Hex,
  strata: readonly Stratum[],
  count: number,
  sha256: Sha256,
): readonly number[] {
  const random = createRandom(seed, sha256)
  const drawn = new Set<number>()
  let open = shuffled(
    strata.map((stratum) => ({ stratum, left: stratum.length })),
    random,
  )
  while (open.length > 0 && drawn.size < count) {
    for (const turn of open.slice(0, count - drawn.size)) {
      drawn.add(drawOne(turn.stratum, drawn, random))
      turn.left -= 1
    }
    open = open.filter(({ left }) => left > 0)
  }
  return [...drawn]
}

function drawOne(
  { start, length }: Stratum,
  drawn: ReadonlySet<number>,
  random: (below: number) => number,
): number {
  let leaf = start + random(length)
  while (drawn.has(leaf)) leaf = start + random(length)
  return leaf
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const pool = [...items]
  const result: T[] = []
  while (pool.length > 0) result.push(...pool.splice(random(pool.length), 1))
  return result
}

/** How many numbers eight bytes can be, and four. */
const range = 2n ** 64n
const halfRange = 2 ** 32
/** Nobody draws a number that has more digits. */
const counterDigits = 16
/** Bounds up to which a remainder can be made of the two halves of a number without a bigint. */
const shortBound = 2 ** 20

/** Uniform integers below a bound, from sha256 in counter mode; values that would bias the remainder are thrown away. */
function createRandom(seed: Sha256Hex, sha256: Sha256): (below: number) => number {
  const head = utf8(`${seed} `)
  // One text for all of them, of which the counter changes.
  const text = new Uint8Array(head.length + counterDigits)
  text.set(head)
  let counter = 0
  const next = (): DataView => {
    counter += 1
    const digits = utf8(String(counter))
    text.set(digits, head.length)
    const { buffer, byteOffset } = sha256(text.subarray(0, head.length + digits.length))
    return new DataView(buffer, byteOffset)
  }
  return (below) => {
    for (;;) {
      const value = remainder(next(), below)
      if (value !== null) return value
    }
  }
}

/** Of the number that the first eight bytes are; null where that would favour some numbers below the bound. */
function remainder(bytes: DataView, below: number): number | null {
  const high = bytes.getUint32(0)
  // Only the last few numbers favour any: all of them begin with 32 bits that are set.
  if (below <= shortBound && high < halfRange - 1)
    return ((high % below) * (halfRange % below) + bytes.getUint32(4)) % below
  const value = bytes.getBigUint64(0)
  const bound = BigInt(below)
  return value < range - (range % bound) ? Number(value % bound) : null
}
