import { expect, test } from 'vitest'
import { createPresenceBoard } from '#node/p2p/presence-board.ts'
import { bob, time } from '../../support/builders.ts'

test('an account that says again that it is full is full since it first said so, until it has room', () => {
  const board = createPresenceBoard(() => 100)
  const say = (at: number, freeSlots: number) =>
    board.hear({ v: 1, type: 'presence', account: bob, at: time(at), freeSlots })
  expect(board.fullSince(bob)).toBeNull()
  say(50, 1)
  expect([board.freeSlots(bob), board.fullSince(bob)]).toEqual([1, null])
  say(60, 0)
  say(90, 0)
  expect([board.freeSlots(bob), board.fullSince(bob)]).toEqual([0, 60])
  say(80, 2)
  expect(board.fullSince(bob)).toBe(60)
  say(95, 2)
  say(99, 0)
  expect(board.fullSince(bob)).toBe(99)
})

test('what was said too long ago says nothing any more', () => {
  const board = createPresenceBoard(() => 1_000)
  board.hear({ v: 1, type: 'presence', account: bob, at: time(50), freeSlots: 0 })
  expect([board.freeSlots(bob), board.fullSince(bob)]).toEqual([null, null])
})
