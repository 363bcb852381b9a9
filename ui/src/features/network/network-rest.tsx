import type { ReactElement } from 'react'
import { JoinCard } from './join-card.tsx'
import { NetworkSeries } from './network-series.tsx'

/** What stands below what is asked for first. */
export function NetworkRest(): ReactElement {
  return (
    <>
      <JoinCard />
      <NetworkSeries />
    </>
  )
}
