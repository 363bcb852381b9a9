import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useMemo } from 'react'
import { earningsRoute } from '#protocol/api/earnings.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { MoreButton } from '#ui/shared/components/more-button.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { useCursorList } from '#ui/shared/use-route.ts'
import { boundsOf } from './earnings-period.ts'
import { EarningsTable } from './earnings-table.tsx'
import { ExportButton } from './export-button.tsx'
import { PeriodPicker } from './period-picker.tsx'

const route = getRouteApi('/me/')

export type EarningsProps = { readonly account: HiveAccount }

/** Sums and payments of a period. */
export function Earnings({ account }: EarningsProps): ReactElement {
  const { period = 'all' } = route.useSearch()
  const bounds = useMemo(() => boundsOf(period, Date.now()), [period])
  const query = useCursorList(
    earningsRoute,
    { params: { account }, query: { limit: 50, ...bounds } },
    { everyMs: 30_000 },
  )
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <PeriodPicker period={period} />
        <ExportButton account={account} period={period} />
      </div>
      <QueryView query={query}>
        {({ pages }) => {
          const totals = pages[0]?.totals
          const earnings = pages.flatMap((page) => page.earnings)
          return (
            <div className="grid gap-5">
              <dl className="grid gap-3 sm:grid-cols-3">
                <Figure
                  label="Earned by encoding"
                  value={<Hbd milli={totals?.encoder ?? null} />}
                />
                <Figure
                  label="Fees as an arbiter"
                  value={<Hbd milli={totals?.arbiter ?? null} />}
                />
                <Figure
                  label="Came back as a creator"
                  value={<Hbd milli={totals?.creator ?? null} />}
                />
              </dl>
              {earnings.length === 0 ? (
                <p className="text-muted">No escrow has paid this account in this time.</p>
              ) : (
                <EarningsTable earnings={earnings} />
              )}
              <MoreButton query={query}>Earlier payments</MoreButton>
            </div>
          )
        }}
      </QueryView>
    </>
  )
}
