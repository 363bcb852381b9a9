import type { ReactElement } from 'react'
import { bidsRoute } from '#protocol/api/community.ts'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { speedText } from '#ui/shared/format.ts'
import { useSession } from '#ui/shared/session.ts'
import { useRoute } from '#ui/shared/use-route.ts'
import { AwardButton } from './award-button.tsx'
import { SealedBidRow } from './sealed-bid-row.tsx'
import type { MarketJob } from './timeline.ts'

export type BidsCardProps = { readonly market: MarketJob }

const lookMs = 3_000

/** Bids as they come, best first, each with what its rank follows from. */
export function BidsCard({ market }: BidsCardProps): ReactElement {
  const session = useSession()
  const isOpen = market.phase === 'offered' || market.phase === 'announced'
  const query = useRoute(
    bidsRoute,
    { params: { job: market.job } },
    isOpen ? { everyMs: lookMs } : {},
  )
  const mayAward = market.phase === 'offered' && session?.account === market.creator
  return (
    <Card title="Bids">
      <QueryView
        query={query}
        empty={{
          when: ({ ranking, sealed }) => ranking.length + sealed.length === 0,
          say: isOpen
            ? 'No bid yet; they come within seconds.'
            : 'Bids are forgotten when they end.',
        }}
      >
        {({ ranking, sealed }) => (
          <ol className="grid grid-cols-1 gap-4">
            {sealed.map((seal) => (
              <SealedBidRow key={seal.encoder} seal={seal} />
            ))}
            {ranking.map((bid) => (
              <li
                key={bid.encoder}
                className="grid grid-cols-1 gap-1 border-b border-line pb-4 last:border-0 last:pb-0"
              >
                <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
                  <span className="w-6 text-muted tabular-nums">{bid.rank ?? '–'}</span>
                  <AccountLink account={bid.encoder} />
                  {bid.encoder === market.encoder && <Badge tone="good">awarded</Badge>}
                  <span className="ml-auto font-medium">
                    <Hbd milli={bid.price} />
                  </span>
                  {mayAward && bid.excluded === null && (
                    <AwardButton job={market.job} encoder={bid.encoder} price={bid.price} />
                  )}
                </div>
                <p className="text-sm text-muted">
                  Score {bid.score.score} ({bid.score.low}–{bid.score.high}), ready{' '}
                  <Time at={bid.readyBy} />, {speedText(bid.speed / 1_000)} real time
                </p>
                {isOpen && (
                  <p className="text-sm text-muted">
                    {bid.excluded === null ? 'Ranked by ' : 'Cannot win: '}
                    {bid.why}.
                  </p>
                )}
              </li>
            ))}
          </ol>
        )}
      </QueryView>
    </Card>
  )
}
