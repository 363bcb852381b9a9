import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { presets } from '#protocol/ladder.ts'
import type { JobOffer } from '#protocol/offer.ts'

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

/** A copied rendition asks for this share of its price: it is moved and kept, but not encoded. */
const copiedShare = { of: 10n, copied: 1n } as const

/**
 * The price of a ladder by a price list, or null where the list lacks one of its renditions.
 * Counted in frames and rounded up once at the end, so that it is the same on every machine; at least 0.001 HBD.
 */
export function ladderPrice(
  prices: readonly RenditionPrice[],
  { ladder, grid, copied }: Pick<JobOffer, 'ladder' | 'grid' | 'copied'>,
): MilliHbd | null {
  let perMinute = 0n
  for (const rendition of ladder) {
    const price = prices.find((entry) => entry.rendition === pricedAs(rendition))
    if (!price) return null
    perMinute += price.perMinute * (rendition.name === copied ? copiedShare.copied : copiedShare.of)
  }
  const frames = BigInt(grid.frames) * BigInt(grid.rate.denominator)
  const framesPerMinute = 60n * BigInt(grid.rate.numerator)
  const total = divideUp(perMinute * frames, framesPerMinute * copiedShare.of)
  return milliHbd(total > 0n ? total : 1n)
}

/** A rendition below the smallest preset is sold at that preset's price. */
function pricedAs({ name }: Rendition): string {
  return presets.some((preset) => preset.name === name) ? name : '480p'
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
