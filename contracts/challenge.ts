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

/** How many numbers eight bytes can be. */
const range = 2n ** 64n

/** Uniform integers below a bound, from sha256 in counter mode; values that would bias the remainder are thrown away. */
function createRandom(seed: Sha256Hex, sha256: Sha256): (below: number) => number {
  let counter = 0
  const next = (): bigint => {
    counter += 1
    const { buffer, byteOffset } = sha256(utf8(`${seed} ${counter}`))
    return new DataView(buffer, byteOffset).getBigUint64(0)
  }
  return (below) => {
    const bound = BigInt(below)
    const limit = range - (range % bound)
    let value = next()
    while (value >= limit) value = next()
    return Number(value % bound)
  }
}
