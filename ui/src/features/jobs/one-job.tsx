import { Navigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { shortened } from '#ui/shared/format.ts'
import { JobDetail } from './job-detail.tsx'
import { useJob } from './use-job.ts'

export type OneJobProps = { readonly id: string }

/** What is known of a job, once it is known where. */
export function OneJob({ id }: OneJobProps): ReactElement {
  const { queue, history, market, isQueue, isKnown } = useJob(id)
  if (!isKnown)
    return (
      <Page title="No job" lead={`No job has a name like ${shortened(id, 40, 0)}.`}>
        <p>
          <AppLink to="/jobs">All jobs</AppLink>
        </p>
      </Page>
    )
  if (!isQueue && market.data?.queueJob)
    return <Navigate to="/jobs/$id" params={{ id: market.data.queueJob }} replace />
  const title = queue.data?.permlink ?? `Job ${shortened(id, 26, 4)}`
  const chain = market.data ?? null
  return (
    <Page title={title} lead={<AppLink to="/jobs">All jobs</AppLink>}>
      {isQueue ? (
        <QueryView query={queue} skeleton={<Skeleton lines={10} />}>
          {(job) => <JobDetail queue={job} history={history.data?.events ?? []} market={chain} />}
        </QueryView>
      ) : (
        <QueryView query={market} skeleton={<Skeleton lines={10} />}>
          {(job) => <JobDetail queue={null} history={[]} market={job} />}
        </QueryView>
      )}
    </Page>
  )
}
