import { expect, test } from 'vitest'
import type { SeriesBucket } from '#protocol/api/network.ts'
import { hbd, time } from '#test/support/builders.ts'
import { parseNetworkSearch } from '#ui/features/network/network-range.ts'
import { isBlank, seriesCharts } from '#ui/features/network/series-charts.ts'

function aBucket(overrides: Partial<SeriesBucket> = {}): SeriesBucket {
  return {
    ...{ start: time(3_600), acceptedJobs: 0, deliveredJobs: 0, videoSeconds: 0 },
    ...{ escrowed: hbd(0n), paid: hbd(0n), returned: hbd(0n) },
    ...{ medianPrice: null, medianPricePerMinute: null },
    ...{ medianDeliverySeconds: null, slowDeliverySeconds: null },
    ...overrides,
  }
}

const chartOf = (buckets: readonly SeriesBucket[], wanted: string) => {
  const chart = seriesCharts(buckets).find(({ title }) => title === wanted)
  if (!chart) throw new Error(`no chart ${wanted}`)
  return chart
}

test('money is drawn in milli-HBD and written in HBD', () => {
  const { lines, format } = chartOf([aBucket({ escrowed: hbd(42n), paid: hbd(40n) })], 'Money')
  expect(lines.map(({ name, values }) => [name, values])).toEqual([
    ['Escrowed', [42]],
    ['Paid', [40]],
    ['Returned', [0]],
  ])
  expect(format(42)).toBe('0.042 HBD')
})

test('where nothing was agreed or delivered a price and a time are no nought', () => {
  const buckets = [aBucket(), aBucket({ medianPricePerMinute: hbd(6n), medianDeliverySeconds: 61 })]
  expect(chartOf(buckets, 'Price of a minute').lines[0]?.values).toEqual([null, 6])
  const { lines, format } = chartOf(buckets, 'Time to delivery')
  expect(lines[0]?.values).toEqual([null, 61])
  expect(format(61)).toBe('1 min 01 s')
})

test('a chart without anything in it is blank, one with a single value is not', () => {
  expect(seriesCharts([aBucket(), aBucket()]).every(isBlank)).toBe(true)
  expect(isBlank(chartOf([aBucket(), aBucket({ deliveredJobs: 1 })], 'Jobs'))).toBe(false)
})

test('an address that names no range of the page names none', () => {
  expect(parseNetworkSearch({ range: 'year' })).toEqual({ range: 'year' })
  for (const range of ['decade', 'toString', 7, null, undefined, ['day']])
    expect(parseNetworkSearch({ range })).toEqual({})
})
