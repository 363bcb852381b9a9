import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Load } from '#market/domain/bid-price.ts'
import { plainTerms, priceOf } from '#market/domain/bid-price.ts'
import type { BidderProfile } from '#market/domain/bidding.ts'
import { bidFor, workSeconds } from '#market/domain/bidding.ts'
import { buildLadder } from '#market/domain/ladder.ts'
import { ladderFor } from '#market/domain/recipe-ladder.ts'
import type { PriceTerms } from '#protocol/price-list.ts'
import { PriceList } from '#protocol/price-list.ts'
import { anOffer, bob, encoderProfile, hbd } from '#test/support/builders.ts'

const offer = anOffer({ ceiling: hbd(1_000n) })
const idle: Load = { slots: 2, taken: 0, waiting: 0 }
const profile: BidderProfile = {
  ...{ account: bob, prices: encoderProfile.prices, percent: 100n, arbiters: offer.arbiters },
  ...{ pixelsPerSecond: 10 ** 9, firmSeconds: 600, marginSeconds: 60 },
  ...{ terms: plainTerms, load: idle, aheadSeconds: 0 },
}
const now = offer.bidsUntil

function bidOf(overrides: Partial<BidderProfile> = {}) {
  const answer = bidFor(offer, { ...profile, ...overrides }, now)
  if (typeof answer === 'string') throw new Error(answer)
  return answer.bid
}

test('an encoder bids for what it can make, and says why not for pictures that are too small for its codec', () => {
  const asked = (width: number, height: number) => {
    const ladder = ladderFor('av1-fmp4-3', buildLadder(width, height), offer.grid.rate)
    const answer = bidFor({ ...offer, recipe: 'av1-fmp4-3', ladder }, profile, now)
    return typeof answer === 'string' ? answer : answer.bid.type
  }
  expect(asked(854, 480)).toBe('bid')
  expect(asked(32, 18)).toBe('AV1 takes no picture below 64x64, and 18p is 32x18')
})

const surcharges = fc.record({
  loadPercent: fc.integer({ min: 0, max: 1_000 }),
  urgencyPercent: fc.integer({ min: 0, max: 1_000 }),
})
const loads = fc.record({
  slots: fc.integer({ min: 1, max: 64 }),
  taken: fc.integer({ min: 0, max: 64 }),
  waiting: fc.integer({ min: 0, max: 10_000 }),
})
const priced = (
  percents: Pick<PriceTerms, 'loadPercent' | 'urgencyPercent'>,
  load: Load,
  wait = 0,
) =>
  priceOf(
    offer,
    [{ rendition: '480p', perMinute: hbd(5_000n) }],
    { ...plainTerms, ...percents },
    { percent: 100n, load, wait, window: 1_000 },
  )

test('a price stays between what the list says and that raised by both of its percentages', () => {
  fc.assert(
    fc.property(surcharges, loads, fc.integer({ min: 0, max: 5_000 }), (percents, load, wait) => {
      const { price, base } = priced(percents, load, wait)!
      expect(base).toBe(2_500n)
      expect(price).toBeGreaterThanOrEqual(base)
      const most = BigInt(100 + percents.loadPercent + percents.urgencyPercent)
      expect(price * 100n).toBeLessThanOrEqual(base * most)
    }),
  )
})

test('a busier machine never asks less, nor does a nearer deadline', () => {
  fc.assert(
    fc.property(surcharges, loads, fc.integer({ min: 0, max: 1_000 }), (percents, load, wait) => {
      const at = (more: Partial<Load>, seconds = wait) =>
        priced(percents, { ...load, ...more }, seconds)!.price
      expect(at({ taken: load.taken + 1 })).toBeGreaterThanOrEqual(at({}))
      expect(at({ waiting: load.waiting + 1 })).toBeGreaterThanOrEqual(at({}))
      expect(at({}, wait + 100)).toBeGreaterThanOrEqual(at({}))
    }),
  )
})

test('an idle machine asks what its list says, a loaded one more, and a tight deadline more again', () => {
  const percents = { loadPercent: 100, urgencyPercent: 50 }
  expect(priced(percents, idle, 500)).toMatchObject({ loadPercent: 0, urgencyPercent: 0 })
  expect(priced(percents, { ...idle, taken: 1, waiting: 1 }, 500)).toMatchObject({ price: 3_750n })
  expect(priced(percents, idle, 1_000)).toMatchObject({ urgencyPercent: 50 })
})

test('a minimum and a price by codec hold for every bid', () => {
  expect(bidOf({ terms: { ...plainTerms, minimum: hbd(77n) } }).price).toBe(77n)
  expect(bidOf({ terms: { ...plainTerms, codecs: { h264: 1_000 } } }).price).toBe(
    bidOf({ percent: 1_000n }).price,
  )
  const dear = { ...profile, terms: { ...plainTerms, minimum: hbd(1_001n) } }
  expect(bidFor(offer, dear, now)).toBe('the ceiling is below the least that a job costs')
})

test('a promise counts the work that is ahead, and is not made where that leaves no time', () => {
  const seconds = workSeconds(offer, profile.pixelsPerSecond)
  expect(seconds).toBeGreaterThan(0)
  expect(bidOf({ aheadSeconds: 100 }).readyBy).toBeGreaterThanOrEqual(bidOf().readyBy + 100)
  const answer = bidFor(offer, { ...profile, aheadSeconds: 100_000 }, now)
  expect(answer).toBe('the deadline is too near for the work ahead of it')
})

test('a price list names what it changes, and nothing that it does not know', () => {
  const list = { perMinute: { '720p': '0.015 HBD' }, codecs: { av1: 150 }, loadPercent: 40 }
  expect(PriceList.parse(list)).toMatchObject({
    ...{ perMinute: { '720p': 15n }, codecs: { av1: 150 }, loadPercent: 40, urgencyPercent: 0 },
  })
  for (const wrong of [
    { perminute: {} },
    { minimum: 1 },
    { loadPercent: -1 },
    { codecs: { x: 1 } },
  ])
    expect(PriceList.safeParse(wrong).success).toBe(false)
})
