import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { shortened } from '#ui/shared/format.ts'

/** Comes beside the page's head. */
const one = import('./one-job.tsx')
const OneJob = lazyRouteComponent(() => one, 'OneJob')

const route = getRouteApi('/jobs/$id')

/** One job, by the queue's name for it or the chain's. */
export function JobPage(): ReactElement {
  const { id } = route.useParams()
  const soon = (
    <Page title={`Job ${shortened(id, 26, 4)}`} lead={<AppLink to="/jobs">All jobs</AppLink>}>
      <Skeleton lines={10} />
    </Page>
  )
  return (
    <Suspense fallback={soon}>
      <OneJob key={id} id={id} />
    </Suspense>
  )
}
