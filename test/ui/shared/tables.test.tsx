import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { LineChart } from '#ui/shared/components/chart/line-chart.tsx'
import { VirtualTable } from '#ui/shared/components/virtual-table.tsx'

test('a chart is a table for whoever does not see it', () => {
  const html = renderToStaticMarkup(
    <LineChart
      title="Price"
      at={[1_767_225_600, 1_767_229_200]}
      lines={[{ name: 'Median', values: [12, null] }]}
      format={(value) => `${value} mHBD`}
    />,
  )
  expect(html).toContain('2026-01-01 00:00')
  expect(html).toContain('>12 mHBD</td>')
  expect(html).toContain('>–</td>')
})

test('a long table says how many rows it has, and keeps their place', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `row ${index}`)
  const html = renderToStaticMarkup(
    <VirtualTable
      label="Rows"
      rows={rows}
      keyOf={(row) => row}
      columns={[
        { name: 'Name', width: '1fr', cell: (row) => row },
        { name: 'Length', width: '4rem', cell: (row) => row.length, isExtra: true },
      ]}
    />,
  )
  expect(html).toContain('aria-rowcount="10001"')
  expect(html).toContain('height:480000px')
  expect(html.match(/data-index/g)?.length).toBeLessThan(100)
  expect(html).toContain('--wide:1fr 4rem;--narrow:1fr')
})
