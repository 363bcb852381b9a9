import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useCallback } from 'react'
import { accountsRoute } from '#protocol/api/accounts.ts'
import { Page } from '#ui/shared/components/page.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { VirtualTable } from '#ui/shared/components/virtual-table.tsx'
import { useCursorList } from '#ui/shared/use-route.ts'
import { accountColumns } from './account-columns.tsx'
import { AccountsFilter } from './accounts-filter.tsx'

const route = getRouteApi('/accounts')

/** Everybody who stands in a role, to be searched and put in order. */
export function AccountsPage(): ReactElement {
  const { role = 'encoder', sort = 'score', search } = route.useSearch()
  const query = { role, sort, limit: 50, ...(search === undefined ? {} : { search }) }
  const list = useCursorList(accountsRoute, { query }, { live: ['jobs'] })
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage])
  return (
    <Page
      title="Accounts"
      lead="Who has done what, and how well, by the chain alone. A score says little while its band is wide."
    >
      <AccountsFilter {...{ role, sort, search: search ?? '' }} />
      <QueryView
        query={list}
        skeleton={<Skeleton lines={10} />}
        empty={{
          when: ({ pages }) => pages.every(({ accounts }) => accounts.length === 0),
          say:
            search === undefined
              ? 'Nobody stands in this role yet.'
              : `Nobody in this role has a name that begins with ${search}.`,
        }}
      >
        {({ pages }) => (
          <VirtualTable
            label="Accounts"
            columns={accountColumns}
            rows={pages.flatMap(({ accounts }) => accounts)}
            keyOf={({ account }) => account}
            onEnd={more}
          />
        )}
      </QueryView>
    </Page>
  )
}
