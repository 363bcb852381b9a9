import { expect, test } from 'vitest'
import { longestStatement, Statement } from '#protocol/dispute.ts'

test.each(['It is black.', 'Zu dunkel,\nab 0:12 „schwarz“.', '画面が黒い', '👎', 'é'])(
  '%j is a statement',
  (text) => expect(Statement.parse(text)).toBe(text),
)

test.each([
  ['nothing', ''],
  ['blank', ' \n '],
  ['a carriage return', 'a\r'],
  ['a terminal’s escape', 'a\u001b[2J'],
  ['NUL', 'a\u0000'],
  ['text that turns its direction', 'a\u202eb'],
  ['half a surrogate pair', 'a\ud800'],
  ['too long', 'x'.repeat(longestStatement + 1)],
])('%s is none', (_, text) => expect(Statement.safeParse(text).success).toBe(false))

test('the longest fits the chain whatever it is made of', () => {
  expect(Statement.safeParse('界'.repeat(longestStatement)).success).toBe(true)
})
