import type { ReactElement } from 'react'
import { deliveriesRoute } from '#protocol/api/webhooks.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { QueryView } from '#ui/shared/components/query-view.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { useRoute } from '#ui/shared/use-route.ts'

const tones = { due: 'busy', delivered: 'good', dead: 'bad' } as const

export type DeliveriesCardProps = { readonly job: EncodingJobId }

/** Calls to the owner's webhook about this job. */
export function DeliveriesCard({ job }: DeliveriesCardProps): ReactElement {
  const query = useRoute(deliveriesRoute, { query: { job } }, { live: [`job:${job}`] })
  const say = 'No webhook is called for this job.'
  return (
    <Card title="Webhook calls">
      <QueryView query={query} empty={{ when: ({ deliveries }) => deliveries.length === 0, say }}>
        {({ deliveries }) => (
          <ul className="grid grid-cols-1 gap-2">
            {deliveries.map(({ id, type, phase, tries, lastStatus, lastError, createdAt }) => (
              <li key={id} className="flex flex-wrap items-center gap-x-4 text-sm">
                <code>{type}</code>
                <Badge tone={tones[phase]}>{phase}</Badge>
                <span className="text-muted">
                  {tries} tries{lastStatus === null ? '' : `, status ${lastStatus}`}
                  {lastError === null ? '' : `, ${lastError}`}
                </span>
                <span className="ml-auto text-muted">
                  <Time at={createdAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  )
}
