import type { ReactElement } from 'react'
import type { TierPlan } from '#protocol/api/tier-plan.ts'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { durationText } from '#ui/shared/format.ts'
import { tierNames } from '#ui/shared/jobs-search.ts'

const tones = { skipped: 'plain', left: 'plain', current: 'busy', next: 'plain' } as const
const words = { skipped: 'not possible', left: 'tried', current: 'here', next: 'next' } as const

export type PlanCardProps = { readonly plan: TierPlan }

/** Who may take the job, in its owner's order, and what is known of each. */
export function PlanCard({ plan }: PlanCardProps): ReactElement {
  return (
    <Card title="Who may take it">
      <ol className="grid grid-cols-1 gap-3">
        {plan.map(({ tier, state, waitSeconds, text }) => (
          <li key={tier}>
            <div className="flex flex-wrap items-center gap-x-3">
              <span className="font-medium">{tierNames[tier]}</span>
              <Badge tone={tones[state]}>{words[state]}</Badge>
              {waitSeconds !== null && state !== 'skipped' && (
                <span className="text-sm text-muted">
                  waits {durationText(waitSeconds)} at most
                </span>
              )}
            </div>
            {text !== null && <p className="text-sm text-muted">{text}</p>}
          </li>
        ))}
      </ol>
    </Card>
  )
}
