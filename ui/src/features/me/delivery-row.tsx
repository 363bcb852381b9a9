import { useMutation } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import type { deliveriesRoute } from '#protocol/api/webhooks.ts'
import { redeliverRoute } from '#protocol/api/webhooks.ts'
import type { ReplyOf } from '#protocol/client.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Button } from '#ui/shared/components/button.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { callServer } from '#ui/shared/session.ts'

type Delivery = ReplyOf<typeof deliveriesRoute>['deliveries'][number]
export type DeliveryRowProps = { readonly delivery: Delivery; readonly onAgain: () => void }

const phases = {
  due: ['busy', 'Waiting'],
  delivered: ['good', 'Delivered'],
  dead: ['bad', 'Given up'],
} as const

/** One call: of what it told, whether it arrived, and the way to make it again. */
export function DeliveryRow({ delivery, onAgain }: DeliveryRowProps): ReactElement {
  const { id, job, type, url, phase, tries, createdAt } = delivery
  const again = useMutation({
    mutationFn: () => callServer(redeliverRoute, { params: { id }, body: {} }),
    onSuccess: onAgain,
  })
  const [tone, word] = phases[phase]
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge tone={tone}>{word}</Badge>
          <span className="font-medium">{type}</span>
          {job !== null && <AppLink to={`/jobs/${job}`}>its job</AppLink>}
        </div>
        <div className="mt-1 text-sm break-all text-muted">{url}</div>
        <div className="mt-0.5 text-sm text-muted">
          {outcomeOf(delivery)} {tries === 1 ? '1 try' : `${tries} tries`}, <Time at={createdAt} />
        </div>
        {again.error && (
          <div role="alert" className="mt-1 text-sm text-bad">
            {again.error.message}
          </div>
        )}
      </div>
      {phase !== 'due' && (
        <Button look="quiet" disabled={again.isPending} onClick={() => again.mutate()}>
          Call again
        </Button>
      )}
    </li>
  )
}

function outcomeOf({ lastStatus, lastLatencyMs, lastError }: Delivery): string {
  if (lastError !== null) return `${lastError}.`
  if (lastStatus === null) return ''
  return `Answered ${lastStatus}${lastLatencyMs === null ? '' : ` in ${lastLatencyMs} ms`}.`
}
