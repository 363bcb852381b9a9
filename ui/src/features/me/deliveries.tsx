import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { deliveriesRoute } from '#protocol/api/webhooks.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { MoreButton } from '#ui/shared/components/more-button.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { callServer } from '#ui/shared/session.ts'
import { DeliveryRow } from './delivery-row.tsx'

const limit = 50

export type DeliveriesProps = { readonly account: HiveAccount }

/** The calls, the newest first. */
export function Deliveries({ account }: DeliveriesProps): ReactElement {
  const query = useInfiniteQuery({
    queryKey: [deliveriesRoute.path, account],
    queryFn: ({ pageParam, signal }) =>
      callServer(
        deliveriesRoute,
        { query: { limit, ...(pageParam !== '' && { after: pageParam }) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ deliveries }) =>
      deliveries.length < limit ? null : (deliveries.at(-1)?.id ?? null),
    refetchInterval: 15_000,
  })
  return (
    <>
      <p className="max-w-prose text-muted">
        Every call is signed with its job’s secret, tried again until it arrives, and given up after
        twelve tries. Where calls go is one of your <AppLink to="/me/settings">settings</AppLink>.
      </p>
      <QueryView
        query={query}
        empty={{
          when: ({ pages }) => pages.every(({ deliveries }) => deliveries.length === 0),
          say: 'No webhook of yours has been called yet.',
        }}
      >
        {({ pages }) => (
          <ul
            aria-label="Webhook calls"
            className="divide-y divide-line rounded-xl border border-line bg-surface px-4"
          >
            {pages
              .flatMap(({ deliveries }) => deliveries)
              .map((delivery) => (
                <DeliveryRow
                  key={delivery.id}
                  delivery={delivery}
                  onAgain={() => void query.refetch()}
                />
              ))}
          </ul>
        )}
      </QueryView>
      <MoreButton query={query}>Earlier calls</MoreButton>
    </>
  )
}
