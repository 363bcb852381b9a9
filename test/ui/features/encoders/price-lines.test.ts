import { expect, test } from 'vitest'
import { priceLines } from '#ui/features/encoders/price-lines.ts'

const price = (rendition: string, perMinute: bigint) => ({ rendition, perMinute })

test('a price holds until the next list, and the last one until now', () => {
  const lists = [
    { time: 200, prices: [price('480p', 6n), price('1080p', 20n)] },
    { time: 100, prices: [price('480p', 5n)] },
  ]
  expect(priceLines(lists, 300)).toEqual({
    at: [100, 199, 200, 299],
    lines: [
      { name: '1080p', values: [null, null, 20, 20] },
      { name: '480p', values: [5, 5, 6, 6] },
    ],
  })
})

test('where nothing was offered there is a gap', () => {
  const lists = [
    { time: 300, prices: [price('480p', 6n)] },
    { time: 200, prices: null },
    { time: 100, prices: [price('480p', 5n)] },
  ]
  expect(priceLines(lists, 400).lines).toEqual([{ name: '480p', values: [5, 5, null, null, 6, 6] }])
})

test('of lists within one second the last one is drawn, and moments ascend', () => {
  const lists = [
    { time: 100, prices: [price('480p', 7n)] },
    { time: 100, prices: [price('480p', 6n)] },
    { time: 99, prices: [price('480p', 5n)] },
  ]
  const { at, lines } = priceLines(lists, 90)
  expect(at).toEqual(at.toSorted((left, right) => left - right))
  expect(new Set(at).size).toBe(at.length)
  expect(lines).toEqual([{ name: '480p', values: [5, 7] }])
})

test('nobody who never offered anything has a line', () => {
  expect(priceLines([], 100)).toEqual({ at: [], lines: [] })
})
