import type { ReactElement } from 'react'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { VirtualTable } from '#ui/shared/components/virtual-table.tsx'
import type { JobsSearch } from '#ui/shared/jobs-search.ts'
import { isReadOnly } from '#ui/shared/read-only.ts'
import { jobColumns } from './job-columns.tsx'
import { useJobs } from './use-jobs.ts'

export type JobListProps = { readonly search: JobsSearch }

/** Jobs as the search asks for them. */
export function JobList({ search }: JobListProps): ReactElement {
  const { newest, jobs, more } = useJobs(search)
  const isNarrowed = Object.values(search).some((value) => value !== undefined)
  const say = isNarrowed ? (
    <p>No job is like that.</p>
  ) : (
    <p>
      Nobody has posted a job yet.{' '}
      {!isReadOnly() && <AppLink to="/post">Post the first one</AppLink>}
    </p>
  )
  return (
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
  )
}
