import { hashKey } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { milliHbd } from '#protocol/amount.ts'
import { marketEncodersRoute } from '#protocol/api/market-encoders.ts'
import { routeKey } from '#ui/shared/use-route.ts'

const keyOf = (milli: bigint): string =>
  hashKey(routeKey(marketEncodersRoute, { query: { mostPerMinute: milliHbd(milli) } }))

test('a question that names an amount has a name of its own in the cache', () => {
  expect(keyOf(0n)).toBe(keyOf(0n))
  expect(keyOf(0n)).not.toBe(keyOf(1n))
})
