import { expect, test } from 'vitest'
import { CallError } from '#protocol/client.ts'
import { isWorthAnother, pauseBefore } from '#ui/app/queries.ts'

const failure = (status: number, retryAfterSeconds: number | null = null): CallError =>
  new CallError('no', { code: 'x', status, retryAfterSeconds })

test('only a server out of reach, overrun or broken is asked again, a few times', () => {
  const worth = [0, 429, 500, 503, 400, 404, 410].filter((status) =>
    isWorthAnother(0, failure(status)),
  )
  expect(worth).toEqual([0, 429, 500, 503])
  expect(isWorthAnother(3, failure(0))).toBe(false)
  expect(isWorthAnother(0, new Error('a bug'))).toBe(false)
})

test('the pause is as long as the server asks, else ever longer, and never endless', () => {
  expect(pauseBefore(0, failure(429, 7))).toBe(7_000)
  expect([0, 1, 2].map((attempt) => pauseBefore(attempt, failure(503)))).toEqual([
    1_000, 2_000, 4_000,
  ])
  expect(pauseBefore(0, failure(429, 3_600))).toBe(30_000)
})
