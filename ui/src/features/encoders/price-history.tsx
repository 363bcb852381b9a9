import type { ReactElement } from 'react'
import { useMemo } from 'react'
import { priceHistoryRoute } from '#protocol/api/price-history.ts'
import type { ReplyOf } from '#protocol/client.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { LineChart } from '#ui/shared/components/chart/line-chart.tsx'
import { MoreButton } from '#ui/shared/components/more-button.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { hbdText } from '#ui/shared/format.ts'
import { useCursorList } from '#ui/shared/use-route.ts'
import { priceLines } from './price-lines.ts'
import { PriceListRow } from './price-list-row.tsx'

export type PriceHistoryProps = { readonly account: string }
type Lists = ReplyOf<typeof priceHistoryRoute>['lists']

/** What an encoder asked for a minute of each rendition, over time and list by list with its transaction. */
export function PriceHistory({ account }: PriceHistoryProps): ReactElement {
  const query = useCursorList(priceHistoryRoute, {
    params: { account: HiveAccount.parse(account) },
    query: { limit: 50 },
  })
  return (
    <QueryView
      query={query}
      empty={{
        when: ({ pages }) => pages.every(({ lists }) => lists.length === 0),
        say: 'This account has never offered to encode.',
      }}
    >
      {({ pages }) => (
        <>
          <Told lists={pages.flatMap(({ lists }) => lists)} />
          <MoreButton query={query}>Earlier lists</MoreButton>
        </>
      )}
    </QueryView>
  )
}

function Told({ lists }: { readonly lists: Lists }): ReactElement {
  const drawn = useMemo(() => priceLines(lists, Math.floor(Date.now() / 1_000)), [lists])
  return (
    <>
      {drawn.lines.length > 0 && (
        <LineChart title="Prices per minute" {...drawn} format={milliText} height={180} />
      )}
      <ul aria-label="Price lists" className="mt-3 divide-y divide-line border-t border-line">
        {lists.map((list) => (
          <PriceListRow key={`${list.height} ${list.position}`} list={list} />
        ))}
      </ul>
    </>
  )
}

function milliText(milli: number): string {
  return hbdText(BigInt(Math.round(milli)))
}
