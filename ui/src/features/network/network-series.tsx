import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useMemo } from 'react'
import type { SeriesBucket } from '#protocol/api/network.ts'
import { seriesRoute } from '#protocol/api/network.ts'
import { Card } from '#ui/shared/components/card.tsx'
import { LineChart } from '#ui/shared/components/chart/line-chart.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { useRoute } from '#ui/shared/use-route.ts'
import { networkRanges, usualRange } from './network-range.ts'
import { RangePicker } from './range-picker.tsx'
import type { SeriesChart } from './series-charts.ts'
import { isBlank, seriesCharts } from './series-charts.ts'

const route = getRouteApi('/network')
const lookMs = 60_000

/** What happened over time, in a range that the address names. */
export function NetworkSeries(): ReactElement {
  const { range = usualRange } = route.useSearch()
  const { bucket, count } = networkRanges[range]
  const query = useRoute(seriesRoute, { query: { bucket, count } }, { everyMs: lookMs })
  return (
    <section aria-label="Over time" className="grid grid-cols-1 gap-5">
      <div className="flex flex-wrap items-baseline justify-between gap-3">
        <h2 className="text-lg font-semibold">Over time</h2>
        <RangePicker range={range} />
      </div>
      <QueryView
        query={query}
        empty={{ when: ({ at }) => at === null, say: 'The chain has no block yet.' }}
        skeleton={<div className="h-[60rem]" role="status" aria-label="Loading" />}
      >
        {({ buckets }) => <Charts buckets={buckets} />}
      </QueryView>
    </section>
  )
}

function Charts({ buckets }: { readonly buckets: readonly SeriesBucket[] }): ReactElement {
  const at = useMemo(() => buckets.map(({ start }) => start), [buckets])
  const charts = useMemo(() => seriesCharts(buckets), [buckets])
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
      {charts.map((chart) => (
        <Card key={chart.title} title={chart.title}>
          <p className="mb-3 text-sm text-muted">{chart.lead}</p>
          <Drawn at={at} chart={chart} />
        </Card>
      ))}
    </div>
  )
}

type DrawnProps = { readonly at: readonly number[]; readonly chart: SeriesChart }

function Drawn({ at, chart }: DrawnProps): ReactElement {
  if (isBlank(chart))
    return (
      <p className="grid h-[15.5rem] place-items-center text-muted">
        Nothing happened in this time.
      </p>
    )
  const { title, lines, format } = chart
  return <LineChart {...{ title, at, lines, format }} />
}
