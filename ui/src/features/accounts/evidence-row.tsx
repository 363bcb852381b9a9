import type { ReactElement } from 'react'
import { useEffect, useRef } from 'react'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { TransactionLink } from '#ui/shared/components/transaction-link.tsx'
import { changeText } from './standing-figures.ts'
import type { Evidence } from './standing-words.ts'
import { linkText, markText } from './standing-words.ts'

export type EvidenceRowProps = {
  readonly entry: Evidence
  /** Opened and brought into view. */
  readonly isPicked: boolean
  /** What the score was once it was counted; null where that is not known here. */
  readonly moved: { readonly score: number; readonly by: number | null } | null
  /** Thousandths of a point that it is worth now, as this page has worked out; null where it has not. */
  readonly added: bigint | null
}

/** What one job says of an account, opening the transactions that it follows from. */
export function EvidenceRow({ entry, isPicked, moved, added }: EvidenceRowProps): ReactElement {
  const row = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    if (!isPicked || !row.current) return
    row.current.open = true
    row.current.scrollIntoView({ block: 'center' })
  }, [isPicked])
  const { job, at, marks, counterpart, price } = entry
  return (
    <li className="border-t border-line first:border-t-0">
      <details ref={row} className="group">
        <summary className="flex min-h-12 cursor-pointer flex-wrap items-center gap-x-4 gap-y-1 py-2">
          <span aria-hidden="true" className="text-muted group-open:rotate-90">
            ▸
          </span>
          <Time at={new Date(at.time * 1_000)} />
          <span className="min-w-0 grow basis-40 truncate">{job}</span>
          {marks.length === 0 ? (
            <Badge tone="good">good work</Badge>
          ) : (
            marks.map((mark) => (
              <Badge key={mark} tone="bad">
                {markText(mark)}
              </Badge>
            ))
          )}
          {moved && (
            <span className="tabular-nums">
              {moved.score}
              {moved.by !== null && <span className="text-muted"> ({changeText(moved.by)})</span>}
            </span>
          )}
        </summary>
        <div className="grid gap-3 pb-4 pl-4">
          <p className="flex flex-wrap gap-x-4 gap-y-1 text-muted">
            <AppLink to={`/jobs/${job}`}>The job</AppLink>
            {counterpart && (
              <span>
                with <AccountLink account={counterpart} />
              </span>
            )}
            <span>
              for <Hbd milli={price} />
            </span>
            {added !== null && <span>worth {pointsText(added)} points now</span>}
          </p>
          <Findings entry={entry} />
          <Transactions links={entry.links} />
        </div>
      </details>
    </li>
  )
}

/** `+12.345` of thousandths. */
function pointsText(thousandths: bigint): string {
  return (Number(thousandths) / 1_000).toLocaleString('en', {
    signDisplay: 'always',
    minimumFractionDigits: 3,
  })
}

function Findings({ entry: { attestations, dispute } }: Pick<EvidenceRowProps, 'entry'>) {
  return (
    <>
      {attestations.map(({ by, verdict, leaves, faults }) => (
        <p key={by} className="flex flex-wrap items-center gap-2">
          <Badge tone={verdict === 'pass' ? 'good' : 'bad'}>{verdict}</Badge>
          <span>
            <AccountLink account={by} /> looked at {leaves} segments
            {faults.length > 0 && `: ${faults.join(', ')}`}
          </span>
        </p>
      ))}
      {dispute && (
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone="bad">disputed</Badge>
          <span>
            by <AccountLink account={dispute.by} />;{' '}
            {dispute.verdict === null
              ? 'no ruling'
              : `ruled ${dispute.verdict === 'pass' ? 'good' : 'at fault'}`}
            {dispute.faults.length > 0 && `: ${dispute.faults.join(', ')}`}
          </span>
        </p>
      )}
    </>
  )
}

function Transactions({ links }: Pick<Evidence, 'links'>): ReactElement {
  return (
    <ol aria-label="Transactions" className="grid gap-1">
      {links.map(({ what, at }) => (
        <li
          key={`${what} ${at.transaction} ${at.height}`}
          className="flex flex-wrap items-center gap-x-3"
        >
          <span className="w-52">{linkText(what)}</span>
          <TransactionLink transaction={at.transaction} height={at.height} />
        </li>
      ))}
    </ol>
  )
}
