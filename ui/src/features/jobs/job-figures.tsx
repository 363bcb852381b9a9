import type { ReactElement } from 'react'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { CidView } from '#ui/shared/components/cid.tsx'
import { CopyButton } from '#ui/shared/components/copy-button.tsx'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { durationText, shortened } from '#ui/shared/format.ts'
import { tierNames } from '#ui/shared/jobs-search.ts'
import type { JobDetailProps } from './job-detail.tsx'
import { partsText } from './range-view.ts'
import { StateBadge } from './state-badge.tsx'
import { stateOfMarket, stateOfQueue } from './states.ts'

/** A job at a glance. */
export function JobFigures({ queue, market }: Omit<JobDetailProps, 'history'>): ReactElement {
  const owner = queue?.owner ?? market?.creator
  const state = queue
    ? { state: stateOfQueue(queue), phase: queue.phase, progress: queue.progress }
    : market && { state: stateOfMarket(market), phase: market.phase }
  const isDisputed = market !== null && market.dispute !== null && market.phase !== 'settled'
  const price = queue?.paid ?? market?.price ?? null
  const ceiling = market?.ceiling ?? queue?.budget ?? null
  const made = queue ? tierNames[queue.tier] : tierNames.community
  const encoder = market?.encoder ? (
    <AccountLink account={market.encoder} />
  ) : (
    (queue?.assignedEncoderId ?? '–')
  )
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Figure
          label="State"
          value={
            isDisputed ? <Badge tone="bad">disputed</Badge> : state && <StateBadge {...state} />
          }
          note={noteOf(queue)}
        />
        <Figure label="Owner" value={owner && <AccountLink account={owner} />} />
        <Figure label="Encoder" value={encoder} note={made} />
        <Figure
          label="Price"
          value={<Hbd milli={price} />}
          note={
            ceiling !== null && (
              <>
                of at most <Hbd milli={ceiling} />
              </>
            )
          }
        />
      </dl>
      <p className="mt-3 flex flex-wrap items-center gap-x-5 gap-y-1 text-sm text-muted">
        {market && (
          <span className="inline-flex items-center gap-1">
            On the chain as <code>{shortened(market.job, 24, 4)}</code>
            <CopyButton text={market.job} what="the job's name" />
          </span>
        )}
        {queue && (
          <span className="inline-flex items-center gap-1">
            Source <CidView cid={queue.inputCid} />
          </span>
        )}
        {queue && queue.durationSeconds !== null && (
          <span>{durationText(queue.durationSeconds)} of video</span>
        )}
        {market?.range && (
          <span>
            {partsText(market.range, market.range.of)}:{' '}
            <AppLink to={`/wholes/${market.range.whole}`}>a video in ranges</AppLink>
          </span>
        )}
        {market && (
          <span>
            Due <Time at={market.deliverBy} />
          </span>
        )}
        {market?.arbiter && (
          <span>
            Arbiter <AccountLink account={market.arbiter} />
          </span>
        )}
      </p>
    </>
  )
}

function noteOf(queue: JobDetailProps['queue']): string {
  if (queue === null) return 'on the chain'
  if (queue.lastError !== null && queue.phase !== 'completed') return queue.lastError
  return queue.attempts > 0 ? `attempt ${queue.attempts + 1} of ${queue.maxAttempts}` : ''
}
