import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { Own } from './own.tsx'

/** Comes beside the page's head. */
const earnings = import('./earnings.tsx')
const Earnings = lazyRouteComponent(() => earnings, 'Earnings')

/** What the account had from escrows, with the transactions that brought it. */
export function EarningsPart(): ReactElement {
  return (
    <Own>
      {(account) => (
        <Suspense fallback={<Skeleton lines={8} />}>
          <Earnings account={account} />
        </Suspense>
      )}
    </Own>
  )
}
