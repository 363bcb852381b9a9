import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { auditRoute } from '#protocol/api/audit.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { MoreButton } from '#ui/shared/components/more-button.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { callServer } from '#ui/shared/session.ts'
import { AuditRow } from './audit-row.tsx'
import { Own } from './own.tsx'

const limit = 50

/** What was done here in the account's name. */
export function AuditPart(): ReactElement {
  return <Own>{(account) => <Trail account={account} />}</Own>
}

function Trail({ account }: { readonly account: HiveAccount }): ReactElement {
  const query = useInfiniteQuery({
    queryKey: [auditRoute.path, account],
    queryFn: ({ pageParam, signal }) =>
      callServer(
        auditRoute,
        { query: { limit, ...(pageParam > 0 && { before: pageParam }) } },
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: ({ entries }) =>
      entries.length < limit ? null : (entries.at(-1)?.sequence ?? null),
  })
  return (
    <>
      <p className="max-w-prose text-muted">
        Every entry carries the hash of the one before, so that none can be changed or left out
        without a trace. Only you see yours.
      </p>
      <QueryView
        query={query}
        empty={{
          when: ({ pages }) => pages.every(({ entries }) => entries.length === 0),
          say: 'Nothing has been done here in your name yet.',
        }}
      >
        {({ pages }) => (
          <ul
            aria-label="Audit trail"
            className="divide-y divide-line rounded-xl border border-line bg-surface px-4"
          >
            {pages
              .flatMap(({ entries }) => entries)
              .map((entry) => (
                <AuditRow key={entry.sequence} entry={entry} />
              ))}
          </ul>
        )}
      </QueryView>
      <MoreButton query={query}>Earlier entries</MoreButton>
    </>
  )
}
