import type { ReactElement } from 'react'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { ProgressLine } from '#ui/shared/components/progress-line.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import type { Whole } from './range-view.ts'
import { isWon, leadingJob, percentOf } from './range-view.ts'
import { RangesCard } from './ranges-card.tsx'

export type WholeDetailProps = { readonly whole: Whole }

/** A video that is sold in ranges, as far as the chain tells: its creator's node puts the ranges together. */
export function WholeDetail({ whole }: WholeDetailProps): ReactElement {
  const { creator, ranges, offeredAt, price } = whole
  const leads = ranges.flatMap((range) => leadingJob(range) ?? [])
  const won = leads.filter(isWon).length
  const encoders = new Set(leads.flatMap(({ encoder }) => encoder ?? [])).size
  return (
    <div className="grid grid-cols-1 gap-5">
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Figure label="Ranges" value={`${won} of ${ranges.length}`} note="delivered and paid" />
        <Figure label="Owner" value={<AccountLink account={creator} />} />
        <Figure label="Encoders" value={encoders} note="at work or done" />
        <Figure label="Price" value={<Hbd milli={price} />} note="of all ranges so far" />
      </dl>
      <p className="text-sm text-muted">
        Each range is a job of its own, with its own escrow; its creator's node puts what comes back
        together. Offered <Time at={offeredAt} />
      </p>
      <Card title="Progress">
        <ProgressLine
          title="Parts made"
          percent={percentOf(whole)}
          detail={`${whole.parts} parts in ${ranges.length} ranges`}
        />
      </Card>
      <RangesCard whole={whole} />
    </div>
  )
}
