import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'

/** Comes beside the page's head. */
const look = import('./agent-look.tsx')
const AgentLook = lazyRouteComponent(() => look, 'AgentLook')

/** The desktop agent of the machine that this page is on. */
export function AgentPart(): ReactElement {
  return (
    <Card title="Desktop agent on this machine">
      <Suspense fallback={<Skeleton lines={4} />}>
        <AgentLook />
      </Suspense>
    </Card>
  )
}
