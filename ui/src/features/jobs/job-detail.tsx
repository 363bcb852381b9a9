import type { ReactElement } from 'react'
import { useMemo } from 'react'
import type { getJobRoute, JobEventView } from '#protocol/api/jobs.ts'
import type { ReplyOf } from '#protocol/client.ts'
import { useSession } from '#ui/shared/session.ts'
import { BidsCard } from './bids-card.tsx'
import { DeliveriesCard } from './deliveries-card.tsx'
import { DisputeCard } from './dispute-card.tsx'
import { FindingsCard } from './findings-card.tsx'
import { JobFigures } from './job-figures.tsx'
import { OfferCard } from './offer-card.tsx'
import { PlanCard } from './plan-card.tsx'
import { ResultCard } from './result-card.tsx'
import { SettleCard } from './settle-card.tsx'
import type { MarketJob } from './timeline.ts'
import { timelineOf } from './timeline.ts'
import { TimelineCard } from './timeline-card.tsx'
import { WorkCard } from './work-card.tsx'

type QueueJob = ReplyOf<typeof getJobRoute>

export type JobDetailProps = {
  readonly queue: QueueJob | null
  readonly history: readonly JobEventView[]
  readonly market: MarketJob | null
}

/** Everything there is to know of a job, what matters now first. */
export function JobDetail({ queue, history, market }: JobDetailProps): ReactElement {
  const session = useSession()
  const steps = useMemo(
    () => timelineOf(history, market?.events ?? [], market?.dispute),
    [history, market?.events, market?.dispute],
  )
  const root = queue?.result?.outputCid ?? market?.root ?? null
  const isOwner = session !== null && session.account === (queue?.owner ?? market?.creator)
  return (
    <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="lg:col-span-2">
        <JobFigures queue={queue} market={market} />
      </div>
      <div className="grid min-w-0 grid-cols-1 gap-5">
        {root !== null && <ResultCard root={root} title={queue?.permlink ?? 'The result'} />}
        {isOwner && queue && <OfferCard job={queue.id} plan={queue.plan} />}
        <WorkCard queue={queue} market={market} />
        {market && market.phase !== 'cancelled' && <BidsCard market={market} />}
        {market && <DisputeCard market={market} />}
        {market && <FindingsCard market={market} />}
        {market && <SettleCard market={market} />}
        {queue && queue.plan.length > 0 && <PlanCard plan={queue.plan} />}
        {isOwner && queue && <DeliveriesCard job={queue.id} />}
      </div>
      <TimelineCard steps={steps} />
    </div>
  )
}
