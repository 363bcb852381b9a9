import type { Bid } from '#protocol/bid.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { ChainTime, lastChainTime } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { PriceTerms } from '#protocol/price-list.ts'
import { secondsAsked } from '#protocol/range.ts'
import type { Load, Priced } from './bid-price.ts'
import { priceOf } from './bid-price.ts'
import { tooSmallFor } from './recipe-ladder.ts'

/** What an encoder knows of itself when it looks at an offer. */
export type BidderProfile = {
  readonly account: HiveAccount
  readonly prices: readonly RenditionPrice[]
  readonly terms: PriceTerms
  readonly load: Load
  /** Seconds of work, as measured, that the jobs and firm bids before this one take. */
  readonly aheadSeconds: number
  /** Output pixels a second by the offer's recipe, all workers together, as measured. */
  readonly pixelsPerSecond: number
  /** What that recipe costs; see {@link ladderPrice}. */
  readonly percent: bigint
  /** Arbiters it would accept. */
  readonly arbiters: readonly HiveAccount[]
  /** Seconds for which its bids stay firm after bidding has closed. */
  readonly firmSeconds: number
  /** Seconds promised on top of the work, for blocks of the chain, publishing, and a restart in between. */
  readonly marginSeconds: number
}

/** What an encoder's connection takes at least. */
const bytesPerSecond = 2_000_000

/** Nothing is done faster than this, however little there is to encode: bytes are read and written. */
const fastestSpeed = 100

/** A promise is kept if the machine is this many times slower than measured: others may use it too. */
const safety = 3

/** A bid is firm and holds a slot: an offer that is never awarded must not hold it for ever. */
export const longestBiddingSeconds = 3_600

/** A bid, and what its price follows from. */
export type PricedBid = { readonly bid: Bid; readonly priced: Priced }

/** The bid an encoder makes for an offer, or why it makes none. */
export function bidFor(
  offer: JobOffer,
  profile: BidderProfile,
  now: ChainTime,
): PricedBid | string {
  if (offer.bidsUntil > now + longestBiddingSeconds) return 'bidding stays open too long'
  const tooSmall = tooSmallFor(offer.recipe, offer.ladder)
  if (tooSmall !== null) return tooSmall
  const speed = ladderSpeed(offer, profile.pixelsPerSecond)
  const work = (secondsAsked(offer.grid) / speed + profile.aheadSeconds) * safety
  // Counted from the end of bidding: the award may come as late as that. A late bid is for a creator that missed the others.
  const awardedBy = Math.max(offer.bidsUntil, now)
  const fetching = offer.source.bytes / bytesPerSecond
  const ready = Math.ceil(awardedBy + profile.marginSeconds + work + fetching)
  const { prices, terms, percent, load } = profile
  const demand = { percent, load, wait: ready - now, window: offer.deliverBy - now }
  const priced = priceOf(offer, prices, terms, demand)
  if (priced === null) return 'a rendition is not in the price list'
  if (priced.base > offer.ceiling) return 'the ceiling is below the price'
  if ((terms.minimum ?? 0n) > offer.ceiling)
    return 'the ceiling is below the least that a job costs'
  if (priced.price > offer.ceiling) return 'the ceiling is below the price at this load'
  const arbiters = offer.arbiters.filter((arbiter) => profile.arbiters.includes(arbiter))
  if (arbiters.length === 0) return 'no arbiter in common'
  if (ready > offer.deliverBy)
    return profile.aheadSeconds > 0
      ? 'the deadline is too near for the work ahead of it'
      : 'the deadline is too near'
  const bid: Bid = {
    v: 1,
    type: 'bid',
    job: offer.job,
    encoder: profile.account,
    price: priced.price,
    readyBy: ChainTime.parse(ready),
    expires: ChainTime.parse(Math.min(awardedBy + profile.firmSeconds, lastChainTime)),
    arbiters,
    speed: Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.round(speed * 1_000))),
  }
  return { bid, priced }
}

/** Seconds that a machine works at an offer, as measured. */
export function workSeconds(offer: JobOffer, pixelsPerSecond: number): number {
  return secondsAsked(offer.grid) / ladderSpeed(offer, pixelsPerSecond)
}

/** Seconds of video a second, for the whole ladder of an offer. */
function ladderSpeed({ ladder, grid, copied }: JobOffer, pixelsPerSecond: number): number {
  const encoded = ladder.filter(({ name }) => name !== copied)
  const pixelsPerFrame = encoded.reduce((sum, { width, height }) => sum + width * height, 0)
  const framesPerSecond = grid.rate.numerator / grid.rate.denominator
  return Math.min(fastestSpeed, pixelsPerSecond / (pixelsPerFrame * framesPerSecond))
}
