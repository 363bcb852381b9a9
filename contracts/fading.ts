import type { BlockHeight } from '#protocol/ids.ts'

/**
 * Fading sums, exact in any order. What happened at height h is not made smaller as time goes by; it is added times
 * growth(h), which doubles once per half-life, and the sum is divided by growth(now) when it is looked at. Adding therefore
 * never rounds: sums commute, a sum folded block by block equals one made at once, and taking a summand out again leaves none of it.
 */

/** Blocks in which a past deed loses half its weight: 90 days of 3 seconds. Sums are scaled by it, so it never changes. */
export const halfLifeBlocks = 2_592_000n

/** An amount times the growth of the height it is of, or a sum of such. */
export type Grown = bigint

const growthBits = 32n
const rootBits = 64n
const fractionBits = 20n

/** 2^(1/2), 2^(1/4), 2^(1/8) … with 64 binary places, each the root of the one before. */
const roots: readonly bigint[] = Array.from({ length: Number(fractionBits) }).reduce<bigint[]>(
  (found) => [...found, squareRoot((found.at(-1) ?? 2n << rootBits) << rootBits)],
  [],
)

/** 2^(height / half-life) with 32 binary places; exactly twice as much a half-life later. */
export function growthAt(height: BlockHeight): bigint {
  const blocks = BigInt(height)
  const fraction = ((blocks % halfLifeBlocks) << fractionBits) / halfLifeBlocks
  if (fraction !== latest.fraction) latest = { fraction, growth: growthWithin(fraction) }
  return latest.growth << (blocks / halfLifeBlocks)
}

/** The last answer: the deeds of a block have one height, and the blocks of a fold come in order. */
let latest = { fraction: 0n, growth: 1n << growthBits }

/** 2^(fraction / 2^20), of a fraction of a half-life. */
function growthWithin(fraction: bigint): bigint {
  let product = 1n << rootBits
  for (const [place, root] of roots.entries()) {
    const isSet = (fraction >> (fractionBits - 1n - BigInt(place))) & 1n
    if (isSet) product = (product * root) >> rootBits
  }
  return product >> (rootBits - growthBits)
}

/** Largest integer whose square is not above `value`, by Newton's method. */
function squareRoot(value: bigint): bigint {
  let root = 1n << (BigInt(value.toString(2).length) / 2n + 1n)
  for (let next = (root + value / root) / 2n; next < root; next = (root + value / root) / 2n)
    root = next
  return root
}
