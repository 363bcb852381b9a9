import type { ReactElement } from 'react'
import { allJobsRoute } from '#protocol/api/all-jobs.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { shortened } from '#ui/shared/format.ts'
import { useRoute } from '#ui/shared/use-route.ts'

const lookMs = 15_000
const shown = 8

/** The jobs that were posted last, wherever they are done. */
export function LatestJobs(): ReactElement {
  const query = useRoute(
    allJobsRoute,
    { query: { limit: shown } },
    { live: ['jobs'], everyMs: lookMs },
  )
  const say = 'Nobody has posted a job yet.'
  return (
    <QueryView
      query={query}
      empty={{ when: ({ jobs }) => jobs.length === 0, say }}
      skeleton={<Skeleton lines={shown} />}
    >
      {({ jobs }) => (
        <>
          <ul className="grid grid-cols-1 gap-2">
            {jobs.slice(0, shown).map(({ id, permlink, owner, phase, createdAt }) => (
              <li key={id} className="flex items-center gap-x-4">
                <span className="min-w-0 flex-1 truncate">
                  <AppLink to={`/jobs/${id}`}>{permlink ?? shortened(id, 22, 4)}</AppLink>
                  <span className="ml-2 text-muted">@{owner}</span>
                </span>
                <Badge>{phase}</Badge>
                <span className="hidden text-sm text-muted sm:inline">
                  <Time at={createdAt} />
                </span>
              </li>
            ))}
          </ul>
          <p className="mt-4">
            <AppLink to="/jobs">All jobs</AppLink>
          </p>
        </>
      )}
    </QueryView>
  )
}
