import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { VirtualTable } from '#ui/shared/components/virtual-table.tsx'
import { jobColumns } from './job-columns.tsx'
import { JobFilters } from './job-filters.tsx'
import { useJobs } from './use-jobs.ts'

const route = getRouteApi('/jobs')

/** All jobs, the newest first, as they happen. */
export function JobsPage(): ReactElement {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { newest, jobs, more } = useJobs(search)
  const isNarrowed = Object.values(search).some((value) => value !== undefined)
  const say = isNarrowed ? (
    <p>No job is like that.</p>
  ) : (
    <p>
      Nobody has posted a job yet. <AppLink to="/post">Post the first one</AppLink>.
    </p>
  )
  return (
    <Page title="Jobs" lead="Every video that is to be encoded, wherever that happens.">
      <JobFilters
        search={search}
        onChange={(next) => void navigate({ search: next, replace: true })}
      />
      <QueryView
        query={newest}
        empty={{ when: (page) => page.jobs.length === 0 && jobs.length === 0, say }}
        skeleton={<Skeleton lines={12} />}
      >
        {() => (
          <VirtualTable
            label="Jobs"
            columns={jobColumns}
            rows={jobs}
            keyOf={(job) => job.id}
            onEnd={more}
          />
        )}
      </QueryView>
    </Page>
  )
}
