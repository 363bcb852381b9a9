import type { ReactElement } from 'react'
import type { priceHistoryRoute } from '#protocol/api/price-history.ts'
import type { ReplyOf } from '#protocol/client.ts'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { TransactionLink } from '#ui/shared/components/transaction-link.tsx'

export type PriceListRowProps = {
  readonly list: ReplyOf<typeof priceHistoryRoute>['lists'][number]
}

/** One price list, with the transaction that made it so. */
export function PriceListRow({ list }: PriceListRowProps): ReactElement {
  const { time, transaction, height, prices } = list
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 py-2">
      <span className="flex flex-wrap gap-x-4 gap-y-1">
        {prices === null && <span className="text-muted">Offered nothing</span>}
        {prices?.map(({ rendition, perMinute }) => (
          <span key={rendition}>
            <span className="text-muted">{rendition}</span> <Hbd milli={perMinute} />
          </span>
        ))}
      </span>
      <span className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
        <Time at={time} />
        <TransactionLink {...{ transaction, height }} />
      </span>
    </li>
  )
}
