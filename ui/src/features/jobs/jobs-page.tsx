import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Suspense } from 'react'
import { Page } from '#ui/shared/components/page.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { JobFilters } from './job-filters.tsx'

/** Comes beside the page's head. */
const list = import('./job-list.tsx')
const JobList = lazyRouteComponent(() => list, 'JobList')

const route = getRouteApi('/jobs')

/** All jobs, the newest first, as they happen. */
export function JobsPage(): ReactElement {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title="Jobs" lead="Every video that is to be encoded, wherever that happens.">
      <JobFilters
        search={search}
        onChange={(next) => void navigate({ search: next, replace: true })}
      />
      <Suspense fallback={<Skeleton lines={12} />}>
        <JobList search={search} />
      </Suspense>
    </Page>
  )
}
