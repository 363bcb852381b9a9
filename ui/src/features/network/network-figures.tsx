import type { ReactElement } from 'react'
import { networkRoute } from '#protocol/api/network.ts'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { durationText } from '#ui/shared/format.ts'
import { useRoute } from '#ui/shared/use-route.ts'

const lookMs = 15_000

/** The numbers of this moment. */
export function NetworkFigures(): ReactElement {
  const query = useRoute(networkRoute, { query: { days: 30 } }, { everyMs: lookMs })
  return (
    <QueryView
      query={query}
      skeleton={<div className="h-56 sm:h-48" role="status" aria-label="Loading" />}
    >
      {({ at, lagSeconds, peers, present, held, medianPrice, medianPricePerMinute }) => (
        <dl className="grid grid-cols-2 gap-3 lg:grid-cols-3">
          <Figure
            label="Last irreversible block"
            value={at ? at.height.toLocaleString('en') : '–'}
            note={at ? <Time at={at.time} /> : 'No block yet'}
          />
          <Figure
            label="Head lag"
            value={lagSeconds === null ? '–' : durationText(lagSeconds)}
            note="About a minute of it is irreversibility"
          />
          <Figure label="Peers" value={peers} note="Connected to this indexer" />
          <Figure label="There now" value={present} note="Accounts that say so by gossip" />
          <Figure
            label="Held by escrows"
            value={<Hbd milli={held} />}
            note="Not yet paid or returned"
          />
          <Figure
            label="Median price, 30 days"
            value={<Hbd milli={medianPrice} />}
            note={
              medianPricePerMinute === null ? (
                'No job was accepted'
              ) : (
                <PerMinute milli={medianPricePerMinute} />
              )
            }
          />
        </dl>
      )}
    </QueryView>
  )
}

function PerMinute({ milli }: { readonly milli: bigint }): ReactElement {
  return (
    <>
      <Hbd milli={milli} /> a minute
    </>
  )
}
