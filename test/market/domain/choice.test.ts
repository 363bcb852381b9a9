import { expect, test } from 'vitest'
import { choiceUntil } from '#market/domain/choice.ts'
import { usualSelection } from '#market/domain/selection.ts'
import { aBid, time } from '#test/support/builders.ts'

const since = time(1_000)
const selection = { ...usualSelection, askSeconds: 600 }
const bid = (expires: number) => aBid({ expires: time(expires), readyBy: time(9_000) })

test('who asks has the owner as long as he was promised, where the bid is firm for longer', () => {
  expect(choiceUntil(bid(5_000), { mode: 'ask', since }, selection)).toBe(1_600)
})

test('who asks takes a bid before it is lost, with blocks to spare', () => {
  const until = choiceUntil(bid(1_200), { mode: 'ask', since }, selection)
  expect(until).toBeLessThan(choiceUntil(bid(1_200), { mode: 'manual', since }, selection))
  expect(until).toBeGreaterThan(since)
})

test('a bid whose promise ends before the bid does is lost with the promise', () => {
  const hasty = aBid({ expires: time(5_000), readyBy: time(1_100) })
  expect(choiceUntil(hasty, { mode: 'manual', since }, selection)).toBe(1_070)
})
