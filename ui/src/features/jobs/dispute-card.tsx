import type { ReactElement } from 'react'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { CidView } from '#ui/shared/components/cid.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { TransactionLink } from '#ui/shared/components/transaction-link.tsx'
import type { MarketJob } from './timeline.ts'

export type DisputeCardProps = { readonly market: MarketJob }

/** Who called the arbiter, and what the parties say; nothing of a job that nobody disputed. */
export function DisputeCard({ market }: DisputeCardProps): ReactElement | null {
  const { dispute, arbiter, phase, creator } = market
  if (!dispute) return null
  return (
    <Card title="Dispute">
      <div className="grid grid-cols-1 gap-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span>
            <AccountLink account={dispute.by} /> called the arbiter
          </span>
          <Time at={dispute.time} />
          <TransactionLink transaction={dispute.transaction} />
        </div>
        {dispute.evidence.map(({ by, time, transaction, text, evidence }) => (
          <figure key={by} className="grid grid-cols-1 gap-1 border-l-2 border-line pl-4">
            <blockquote className="break-words whitespace-pre-line">{text}</blockquote>
            <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
              <span>
                <AccountLink account={by} />, the {by === creator ? 'creator' : 'encoder'}
              </span>
              <Time at={time} />
              <TransactionLink transaction={transaction} />
              {evidence && (
                <span className="inline-flex items-center gap-1">
                  Shown by <CidView cid={evidence} />
                </span>
              )}
            </figcaption>
          </figure>
        ))}
        {dispute.evidence.length === 0 && (
          <p className="text-muted">Neither party has said why, beyond what was checked.</p>
        )}
        {phase !== 'settled' && arbiter && (
          <p className="text-muted">
            <AccountLink account={arbiter} /> checks the delivery and decides where the money goes.
          </p>
        )}
      </div>
    </Card>
  )
}
