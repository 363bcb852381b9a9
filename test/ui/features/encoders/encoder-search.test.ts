import { expect, test } from 'vitest'
import { queryOf } from '#ui/features/encoders/encoder-query.ts'
import { parseEncoderSearch } from '#ui/features/encoders/encoder-search.ts'

test('an address says what is asked for, and the server is asked for just that', () => {
  const search = {
    ...{ order: 'price', codec: 'av1', hwAccel: 'nvenc', region: 'DE', price: 0.05 },
    ...{ speed: 1.5, present: true, show: 'alice' },
  }
  const parsed = parseEncoderSearch(search)
  expect(parsed).toEqual(search)
  expect(queryOf(parsed)).toEqual({
    ...{ limit: 50, order: 'price', codec: 'av1', hwAccel: 'nvenc', region: 'DE' },
    ...{ mostPerMinute: 50n, leastSpeed: 1_500, present: 'now' },
  })
  expect(queryOf(parseEncoderSearch({}))).toEqual({ limit: 50 })
})

test('what no page would say is not heard', () => {
  for (const search of [
    { order: 'age', codec: 'mpeg2', hwAccel: 'abacus', price: '0.0001', speed: 'fast', show: '@x' },
    { order: 1, codec: null, hwAccel: [], price: '-1', speed: -2, present: 'yes', show: 7 },
    { price: '1e9', speed: Number.POSITIVE_INFINITY, show: '<b>' },
    { price: '', speed: '', show: '', region: 'Germany' },
  ])
    expect(parseEncoderSearch(search)).toEqual({})
})

test('a price is of any way in which people write it', () => {
  const most = (price: unknown) => queryOf(parseEncoderSearch({ price })).mostPerMinute
  expect([most('1'), most(2), most(0.5), most('0.001'), most('12.34')]).toEqual([
    1_000n,
    2_000n,
    500n,
    1n,
    12_340n,
  ])
})
