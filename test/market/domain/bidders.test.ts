import { expect, test } from 'vitest'
import { bidTravelSeconds, haveAllBid } from '#market/domain/bidders.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { time } from '#test/support/builders.ts'

const swift = HiveAccount.parse('swift')
const thrifty = HiveAccount.parse('thrifty')
const bidOf = (encoder: HiveAccount) => ({ encoder })
const now = time(1_000)
const free = (account: HiveAccount, freeSlots: number | null) => ({
  ...{ account, freeSlots, fullSince: null },
})
const full = (account: HiveAccount, since: number) => ({
  ...{ account, freeSlots: 0, fullSince: time(since) },
})

test('bidding is complete when every connected encoder has bid', () => {
  const bidders = [free(swift, 1), free(thrifty, null)]
  expect(haveAllBid([bidOf(swift)], bidders, now)).toBe(false)
  expect(haveAllBid([bidOf(swift), bidOf(thrifty)], bidders, now)).toBe(true)
})

test('encoders whose own bids took their last slots complete the bidding', () => {
  const bidders = [full(swift, 1_000), full(thrifty, 1_000)]
  expect(haveAllBid([bidOf(swift), bidOf(thrifty)], bidders, now)).toBe(true)
})

test('an encoder that is busy elsewhere is not waited for', () => {
  expect(haveAllBid([bidOf(thrifty)], [full(swift, 900), free(thrifty, 1)], now)).toBe(true)
})

test('an encoder that has just filled up may have done so by a bid on its way, and is waited for a little', () => {
  const bidders = [full(swift, 1_000), free(thrifty, 1)]
  expect(haveAllBid([bidOf(thrifty)], bidders, now)).toBe(false)
  expect(haveAllBid([bidOf(thrifty)], bidders, time(1_000 + bidTravelSeconds))).toBe(true)
})

test('bidding is not complete before the first bid, whoever is there', () => {
  expect(haveAllBid([], [], now)).toBe(false)
  expect(haveAllBid([], [full(swift, 0)], now)).toBe(false)
})
