import { expect, test } from 'vitest'
import type { BidderProfile } from '#market/domain/bidding.ts'
import { bidFor } from '#market/domain/bidding.ts'
import { buildLadder } from '#market/domain/ladder.ts'
import { ladderFor } from '#market/domain/recipe-ladder.ts'
import { anOffer, bob, encoderProfile } from '#test/support/builders.ts'

const offer = anOffer()
const profile: BidderProfile = {
  ...{ account: bob, prices: encoderProfile.prices, percent: 100n, arbiters: offer.arbiters },
  ...{ pixelsPerSecond: 10 ** 9, firmSeconds: 600, marginSeconds: 60 },
}

test('an encoder bids for what it can make, and says why not for pictures that are too small for its codec', () => {
  const asked = (width: number, height: number) => {
    const ladder = ladderFor('av1-fmp4-2', buildLadder(width, height), offer.grid.rate)
    const bid = bidFor({ ...offer, recipe: 'av1-fmp4-2', ladder }, profile, offer.bidsUntil)
    return typeof bid === 'string' ? bid : bid.type
  }
  expect(asked(854, 480)).toBe('bid')
  expect(asked(32, 18)).toBe('AV1 takes no picture below 64x64, and 18p is 32x18')
})
