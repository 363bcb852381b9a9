import type { ReactElement } from 'react'
import { useCallback } from 'react'
import { accountsRoute } from '#protocol/api/accounts.ts'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { VirtualTable } from '#ui/shared/components/virtual-table.tsx'
import { useCursorList } from '#ui/shared/use-route.ts'
import { accountColumns } from './account-columns.tsx'
import type { AccountsSearch } from './account-search.ts'

export type AccountListProps = {
  readonly role: NonNullable<AccountsSearch['role']>
  readonly sort: NonNullable<AccountsSearch['sort']>
  /** What a name begins with. */
  readonly search: string | undefined
}

/** Who stands in a role. */
export function AccountList({ role, sort, search }: AccountListProps): ReactElement {
  const query = { role, sort, limit: 50, ...(search === undefined ? {} : { search }) }
  const list = useCursorList(accountsRoute, { query }, { live: ['jobs'] })
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage])
  return (
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
  )
}
