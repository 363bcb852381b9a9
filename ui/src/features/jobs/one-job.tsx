import { Navigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { wholeRoute } from '#protocol/api/wholes.ts'
import { CallError } from '#protocol/client.ts'
import { JobId } from '#protocol/ids.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Page } from '#ui/shared/components/page.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Skeleton } from '#ui/shared/components/skeleton.tsx'
import { shortened } from '#ui/shared/format.ts'
import { useRoute } from '#ui/shared/use-route.ts'
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
  const isWhole = !isQueue && isNoJob(market.error)
  const title = queue.data?.permlink ?? `Job ${shortened(id, 26, 4)}`
  const chain = market.data ?? null
  return (
    <Page title={title} lead={<AppLink to="/jobs">All jobs</AppLink>}>
      {isQueue ? (
        <QueryView query={queue} skeleton={<Skeleton lines={10} />}>
          {(job) => <JobDetail queue={job} history={history.data?.events ?? []} market={chain} />}
        </QueryView>
      ) : (
        <>
          {isWhole && <PerhapsWhole id={id} />}
          <QueryView query={market} skeleton={<Skeleton lines={10} />}>
            {(job) => <JobDetail queue={null} history={[]} market={job} />}
          </QueryView>
        </>
      )}
    </Page>
  )
}

function isNoJob(error: Error | null): boolean {
  return error instanceof CallError && error.code === 'job-unknown'
}

/** A whole has a name like a job's and is none: what is known of it stands on a page of its own. */
function PerhapsWhole({ id }: OneJobProps): ReactElement | null {
  const { data } = useRoute(wholeRoute, { params: { whole: JobId.parse(id) } })
  return data ? <Navigate to="/wholes/$id" params={{ id }} replace /> : null
}
