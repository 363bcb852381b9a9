import { expect, test } from 'vitest'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import { isUndecided } from '#market/services/submit.ts'

test.each<[OutboxEntry['phase'], boolean]>([
  ['unsigned', true],
  ['signed', true],
  ['confirmed', false],
  ['expired', false],
])('what is %s may yet come into a block: %s', (phase, expected) => {
  expect(isUndecided({ phase } as OutboxEntry)).toBe(expected)
})

test('what was never submitted is nothing to wait for', () => {
  expect(isUndecided(null)).toBe(false)
})
