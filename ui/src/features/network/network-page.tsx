import type { ReactElement } from 'react'
import { Page } from '#ui/shared/components/page.tsx'
import { NetworkFigures } from './network-figures.tsx'
import { NetworkSeries } from './network-series.tsx'
import { QueueByTier } from './queue-by-tier.tsx'

/** How the market does as a whole. */
export function NetworkPage(): ReactElement {
  return (
    <Page
      title="Network"
      lead="How the market does: the chain, the peers, the queue and the money."
    >
      <NetworkFigures />
      <QueueByTier />
      <NetworkSeries />
    </Page>
  )
}
