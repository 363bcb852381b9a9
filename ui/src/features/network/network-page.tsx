import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Page } from '#ui/shared/components/page.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { isReadOnly } from '#ui/shared/read-only.ts'
import { NetworkFigures } from './network-figures.tsx'
import { QueueByTier } from './queue-by-tier.tsx'

const rest = import('./network-rest.tsx')
const NetworkRest = lazyRouteComponent(() => rest, 'NetworkRest')

/** How the market does as a whole. */
export function NetworkPage(): ReactElement {
  return (
    <Page
      title="Network"
      lead="How the market does: the chain, the peers, the queue and the money."
    >
      <NetworkFigures />
      {!isReadOnly() && <QueueByTier />}
      <Suspense fallback={<Skeleton lines={20} />}>
        <NetworkRest />
      </Suspense>
    </Page>
  )
}
