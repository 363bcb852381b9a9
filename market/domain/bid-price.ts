import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd, milliHbd } from '#protocol/amount.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { PriceTerms } from '#protocol/price-list.ts'
import { recipes } from '#protocol/recipe.ts'
import { divideUp, ladderPrice } from './pricing.ts'

/** Prices that follow nothing but the work. */
export const plainTerms: PriceTerms = { codecs: {}, loadPercent: 0, urgencyPercent: 0 }

/** How busy an encoder is when it looks at an offer. */
export type Load = {
  readonly slots: number
  /** Jobs and firm bids that hold one. */
  readonly taken: number
  /** Other open offers that it has no slot for. */
  readonly waiting: number
}

/** A price, and what it follows from. */
export type Priced = {
  readonly price: MilliHbd
  /** By the price list alone. */
  readonly base: MilliHbd
  /** Added, in percent of the base. */
  readonly loadPercent: number
  readonly urgencyPercent: number
}

/** What a job is asked of an encoder, besides its ladder. */
export type Demand = {
  /** See {@link ladderPrice}. */
  readonly percent: bigint
  readonly load: Load
  /** Seconds from now to the promised time, and to the deadline. */
  readonly wait: number
  readonly window: number
}

/**
 * The price of an offer, or null where the list lacks a rendition of it. Never less than the list asks for an idle machine, and never
 * more than that raised by both of the list's percentages, except where the minimum is.
 */
export function priceOf(
  offer: JobOffer,
  prices: readonly RenditionPrice[],
  terms: PriceTerms,
  { percent, load, wait, window }: Demand,
): Priced | null {
  const codec = BigInt(terms.codecs[recipes[offer.recipe].codec] ?? 100)
  const base = ladderPrice(prices, offer, divideUp(percent * codec, 100n))
  if (base === null) return null
  const loadPercent = loadSurcharge(terms.loadPercent, load)
  const urgencyPercent = urgencySurcharge(terms.urgencyPercent, wait, window)
  const raised = divideUp(base * BigInt(100 + loadPercent + urgencyPercent), 100n)
  const minimum = terms.minimum ?? 0n
  const price = milliHbd(raised > minimum ? raised : minimum)
  return { price, base, loadPercent, urgencyPercent }
}

/** What asks for a slot, beside all the slots there are: none, half of the most at one job a slot, towards the most beyond. */
function loadSurcharge(most: number, { slots, taken, waiting }: Load): number {
  const asking = taken + waiting
  return asking === 0 ? 0 : Math.floor((most * asking) / (asking + slots))
}

/** Nothing up to half of the time that there is, all of it where the promise takes the whole. */
function urgencySurcharge(most: number, wait: number, window: number): number {
  if (window <= 0) return most
  const share = Math.min(1, wait / window)
  return Math.floor(most * Math.max(0, 2 * share - 1))
}

/** How a price came about, for whoever asks it. */
export function explainPrice({ price, base, loadPercent, urgencyPercent }: Priced): string {
  const raised = [
    ...(loadPercent > 0 ? [`${loadPercent} % for the load`] : []),
    ...(urgencyPercent > 0 ? [`${urgencyPercent} % for the deadline`] : []),
  ]
  const because = raised.length > 0 ? ` and ${raised.join(' and ')}` : ''
  return price === base
    ? `${formatHbd(base)} by the price list`
    : `${formatHbd(price)}: ${formatHbd(base)} by the price list${because || ', but the minimum is more'}`
}
