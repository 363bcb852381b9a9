import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import type { RangeJob, Whole, WholeRange } from './range-view.ts'
import { isWon, leadingJob, partsText } from './range-view.ts'
import { StateBadge } from './state-badge.tsx'
import { stateOfMarket } from './states.ts'

export type RangesCardProps = { readonly whole: Whole }

/** Who makes which part of a whole, for how much, and how far each is; with the offers of it that came to nothing. */
export function RangesCard({ whole }: RangesCardProps): ReactElement {
  return (
    <Card title="Ranges">
      <ol className="grid grid-cols-1 gap-4">
        {whole.ranges.map((range) => (
          <li
            key={`${range.first} ${range.parts}`}
            className="grid grid-cols-1 gap-1 border-b border-line pb-4 last:border-0 last:pb-0"
          >
            <RangeLine range={range} of={whole.parts} />
          </li>
        ))}
      </ol>
    </Card>
  )
}

function RangeLine({ range, of }: { readonly range: WholeRange; readonly of: number }) {
  const lead = leadingJob(range)
  const others = range.jobs.filter((job) => job !== lead)
  return (
    <>
      {lead && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <Link
            to="/jobs/$id"
            params={{ id: lead.job }}
            className="font-medium text-accent hover:underline"
          >
            {partsText(range, of)}
          </Link>
          <RangeState job={lead} />
          {lead.encoder && <AccountLink account={lead.encoder} />}
          <span className="ml-auto">
            <RangePrice job={lead} />
          </span>
        </div>
      )}
      {others.length > 0 && (
        <p className="flex flex-wrap gap-x-3 text-sm text-muted">
          Offered before or beside it:
          {others.map((job, place) => (
            <Link
              key={job.job}
              to="/jobs/$id"
              params={{ id: job.job }}
              className="text-accent hover:underline"
            >
              {`offer ${place + 1}`}
              {job.encoder && ` to @${job.encoder}`}
            </Link>
          ))}
        </p>
      )}
    </>
  )
}

function RangeState({ job }: { readonly job: RangeJob }): ReactElement {
  if (job.isDisputed) return <Badge tone="bad">disputed</Badge>
  if (job.phase === 'settled' && !isWon(job)) return <Badge tone="bad">given back</Badge>
  const progress = job.progress ? Math.floor(job.progress.percent) : null
  return <StateBadge state={stateOfMarket(job)} phase={job.phase} progress={progress} />
}

function RangePrice({ job }: { readonly job: RangeJob }): ReactElement {
  if (job.price !== null) return <Hbd milli={job.paid ?? job.price} />
  return (
    <span className="text-muted">
      ≤ <Hbd milli={job.ceiling} />
    </span>
  )
}
