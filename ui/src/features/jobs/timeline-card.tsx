import type { ReactElement } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { TransactionLink } from '#ui/shared/components/transaction-link.tsx'
import type { Step } from './timeline.ts'

const dots = { plain: 'bg-muted', good: 'bg-good', bad: 'bg-bad' } as const

export type TimelineCardProps = { readonly steps: readonly Step[] }

/** The whole life of a job, with where the chain has each step, and its money. */
export function TimelineCard({ steps }: TimelineCardProps): ReactElement {
  return (
    <Card title="Timeline">
      <ol className="grid grid-cols-1 gap-4 border-l border-line pl-4">
        {steps.map((step) => (
          <li key={step.key} className="relative">
            <span
              aria-hidden="true"
              className={`absolute top-2 -left-[1.3rem] size-2 rounded-full ${dots[step.tone]}`}
            />
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="font-medium">{step.title}</span>
              <span className="text-sm text-muted">
                <Time at={step.at} />
              </span>
            </div>
            <div className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
              <StepParties {...step} />
              {step.chain && <TransactionLink {...step.chain} />}
            </div>
          </li>
        ))}
      </ol>
    </Card>
  )
}

function StepParties({ detail, from, to, amount }: Step): ReactElement {
  const parties = from !== null && to !== null && from !== to ? `${from} to ${to}` : (from ?? to)
  return (
    <>
      {parties !== null && <span>{parties}</span>}
      {amount !== null && (
        <span className="font-medium text-text">
          <Hbd milli={amount} />
        </span>
      )}
      {detail !== null && <span className="min-w-0 break-words">{detail}</span>}
    </>
  )
}
