import type { ReactElement } from 'react'
import type { Fault } from '#protocol/attestation.ts'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { CidView } from '#ui/shared/components/cid.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { TransactionLink } from '#ui/shared/components/transaction-link.tsx'
import type { MarketJob } from './timeline.ts'

export type FindingsCardProps = { readonly market: MarketJob }

/** What was found of the delivery, by whom, and what the arbiter made of it; nothing before anybody looked. */
export function FindingsCard({ market }: FindingsCardProps): ReactElement | null {
  const { attestations, ruling } = market
  if (attestations.length === 0 && ruling === null) return null
  return (
    <Card title="Checks">
      <ul className="grid grid-cols-1 gap-3">
        {attestations.map(({ by, time, transaction, verdict, faults }) => (
          <li key={transaction} className="grid grid-cols-1 gap-1">
            <div className="flex flex-wrap items-center gap-x-4">
              <Badge tone={verdict === 'pass' ? 'good' : 'bad'}>{verdict}</Badge>
              <AccountLink account={by} />
              <Time at={time} />
              <TransactionLink transaction={transaction} />
            </div>
            <Faults faults={faults} />
          </li>
        ))}
        {ruling && (
          <li className="grid grid-cols-1 gap-1">
            <div className="flex flex-wrap items-center gap-x-4">
              <Badge tone={ruling.verdict === 'pass' ? 'good' : 'bad'}>ruling</Badge>
              <span>
                <Hbd milli={ruling.toEncoder} /> to the encoder, <Hbd milli={ruling.toCreator} /> to
                the creator
              </span>
              {ruling.evidence && (
                <span>
                  Evidence <CidView cid={ruling.evidence} />
                </span>
              )}
            </div>
            <Faults faults={ruling.faults} />
          </li>
        )}
      </ul>
    </Card>
  )
}

function Faults({ faults }: { readonly faults: readonly Fault[] }): ReactElement | null {
  if (faults.length === 0) return null
  return (
    <ul className="list-disc pl-6 text-sm text-muted">
      {faults.map((fault) => (
        <li key={JSON.stringify(fault)}>{textOf(fault)}</li>
      ))}
    </ul>
  )
}

function textOf({ code, rendition, segment, evidence }: Fault): string {
  const place = rendition === undefined ? '' : ` in ${rendition}`
  const part = segment === undefined ? '' : `, segment ${segment}`
  const measured = evidence
    ? `: ${evidence.figure.replaceAll('-', ' ')} ${evidence.measured / 1_000}, limit ${evidence.limit / 1_000}`
    : ''
  return `${code.replaceAll('-', ' ')}${place}${part}${measured}`
}
