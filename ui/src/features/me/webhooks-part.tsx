import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { Own } from './own.tsx'

/** Comes beside the page's head. */
const calls = import('./deliveries.tsx')
const Deliveries = lazyRouteComponent(() => calls, 'Deliveries')

/** Calls that were made to the account's webhooks, and those that failed. */
export function WebhooksPart(): ReactElement {
  return (
    <Own>
      {(account) => (
        <Suspense fallback={<Skeleton lines={8} />}>
          <Deliveries account={account} />
        </Suspense>
      )}
    </Own>
  )
}
