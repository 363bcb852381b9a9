import type { ReactElement } from 'react'
import type { TierPlan } from '#protocol/api/tier-plan.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { offerJob } from '#ui/shared/offer-job.ts'
import { useSigning } from './use-signing.ts'

export type OfferCardProps = { readonly job: EncodingJobId; readonly plan: TierPlan }

/** For the owner of a job that has come to the community and is not offered on the chain yet; nothing for any other. */
export function OfferCard({ job, plan }: OfferCardProps): ReactElement | null {
  const [state, run] = useSigning()
  const isWanted = plan.some(
    ({ state: place, reason }) => place === 'current' && reason?.type === 'offer-wanted',
  )
  if (!isWanted) return null
  return (
    <Card title="Offer it to the community">
      <div className="grid gap-3">
        <p className="text-muted">
          Encoders bid once your offer is on the chain. It is signed with your posting key and moves
          no money.
        </p>
        {state === 'done' ? (
          <Notice look="good">Signed; a block will have it.</Notice>
        ) : (
          <div>
            <Button disabled={state === 'preparing'} onClick={() => run(() => offerJob(job))}>
              {state === 'preparing' ? 'Confirm…' : 'Sign the offer'}
            </Button>
          </div>
        )}
        {typeof state === 'object' && <Notice look="bad">{state.failed}</Notice>}
      </div>
    </Card>
  )
}
