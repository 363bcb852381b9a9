import { copiedShare } from '#contracts/ruling.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { presets } from '#protocol/ladder.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { framesAsked } from '#protocol/range.ts'

/** What newcomers ask for a minute of each preset; the figures the network's users know. */
export const defaultPrices: readonly RenditionPrice[] = [
  { rendition: '1080p', perMinute: milliHbd(20n) },
  { rendition: '720p', perMinute: milliHbd(10n) },
  { rendition: '480p', perMinute: milliHbd(5n) },
]

/** A price list with every price multiplied by percent / 100, rounded up to a milli-HBD. */
export function scalePrices(
  prices: readonly RenditionPrice[],
  percent: bigint,
): readonly RenditionPrice[] {
  return prices.map(({ rendition, perMinute }) => ({
    rendition,
    perMinute: milliHbd(divideUp(perMinute * percent, 100n)),
  }))
}

/**
 * The price of a ladder by a price list, or null where the list lacks one of its renditions.
 * `percent` is what the offer's recipe costs in percent of the contract's: see {@link recipePercent}.
 * Counted in frames and rounded up once at the end, so that it is the same on every machine; at least 0.001 HBD.
 */
export function ladderPrice(
  prices: readonly RenditionPrice[],
  { ladder, grid, copied }: Pick<JobOffer, 'ladder' | 'grid' | 'copied'>,
  percent = 100n,
): MilliHbd | null {
  let perMinute = 0n
  for (const rendition of ladder) {
    const price = prices.find((entry) => entry.rendition === pricedAs(rendition))
    if (!price) return null
    perMinute += price.perMinute * (rendition.name === copied ? copiedShare.copied : copiedShare.of)
  }
  const frames = BigInt(framesAsked(grid)) * BigInt(grid.rate.denominator)
  const framesPerMinute = 60n * BigInt(grid.rate.numerator)
  const total = divideUp(perMinute * frames * percent, framesPerMinute * copiedShare.of * 100n)
  return milliHbd(total > 0n ? total : 1n)
}

/** Prices are those of the contract's recipe; another costs as many times more as it takes longer on the same machine. */
export function recipePercent(
  contract: { readonly pixelsPerSecond: number },
  recipe: { readonly pixelsPerSecond: number },
): bigint {
  return BigInt(Math.max(1, Math.ceil((100 * contract.pixelsPerSecond) / recipe.pixelsPerSecond)))
}

/** Pixels by which rounding to even sides may take a rendition over its preset, in hundredths. */
const roundingPercent = 2

/**
 * The preset whose price a rendition has: the smallest one that has as many pixels, and never one below its own name's. A name
 * alone would let a creator buy a large picture as a small one. Null for what is larger than every preset.
 */
function pricedAs({ name, width, height }: Rendition): string | null {
  const bySize = presets.findLastIndex(
    (preset) => width * height * 100 <= preset.width * preset.height * (100 + roundingPercent),
  )
  const byName = presets.findIndex((preset) => preset.name === name)
  const place = byName < 0 ? bySize : Math.min(bySize, byName)
  return presets[place]?.name ?? null
}

export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
