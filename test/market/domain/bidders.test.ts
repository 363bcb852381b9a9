import { expect, test } from 'vitest'
import { haveAllBid } from '#market/domain/bidders.ts'
import { HiveAccount } from '#protocol/ids.ts'

const swift = HiveAccount.parse('swift')
const thrifty = HiveAccount.parse('thrifty')
const bidOf = (encoder: HiveAccount) => ({ encoder })

test('bidding is complete when every connected encoder has bid', () => {
  const bidders = [
    { account: swift, freeSlots: 1 },
    { account: thrifty, freeSlots: null },
  ]
  expect(haveAllBid([bidOf(swift)], bidders)).toBe(false)
  expect(haveAllBid([bidOf(swift), bidOf(thrifty)], bidders)).toBe(true)
})

test('encoders whose own bids took their last slots complete the bidding', () => {
  const bidders = [
    { account: swift, freeSlots: 0 },
    { account: thrifty, freeSlots: 0 },
  ]
  expect(haveAllBid([bidOf(swift), bidOf(thrifty)], bidders)).toBe(true)
})

test('an encoder that is busy elsewhere is not waited for', () => {
  const bidders = [
    { account: swift, freeSlots: 0 },
    { account: thrifty, freeSlots: 1 },
  ]
  expect(haveAllBid([bidOf(thrifty)], bidders)).toBe(true)
})

test('bidding is not complete before the first bid, whoever is there', () => {
  expect(haveAllBid([], [])).toBe(false)
  expect(haveAllBid([], [{ account: swift, freeSlots: 0 }])).toBe(false)
})
