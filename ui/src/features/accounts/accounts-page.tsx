import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Page } from '#ui/shared/components/page.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { AccountsFilter } from './accounts-filter.tsx'

/** Comes beside the page's head. */
const list = import('./account-list.tsx')
const AccountList = lazyRouteComponent(() => list, 'AccountList')

const route = getRouteApi('/accounts')

/** Everybody who stands in a role, to be searched and put in order. */
export function AccountsPage(): ReactElement {
  const { role = 'encoder', sort = 'score', search } = route.useSearch()
  return (
    <Page
      title="Accounts"
      lead="Who has done what, and how well, by the chain alone. A score says little while its band is wide."
    >
      <AccountsFilter {...{ role, sort, search: search ?? '' }} />
      <Suspense fallback={<Skeleton lines={10} />}>
        <AccountList {...{ role, sort, search }} />
      </Suspense>
    </Page>
  )
}
