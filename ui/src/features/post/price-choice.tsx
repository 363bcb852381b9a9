import type { ReactElement } from 'react'
import { useId } from 'react'
import type { quoteRoute } from '#protocol/api/posting.ts'
import type { ReplyOf } from '#protocol/client.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { hbdText } from '#ui/shared/format.ts'
import type { PostTerms } from './post-terms.ts'

export type PriceChoiceProps = {
  readonly quote: ReplyOf<typeof quoteRoute>
  readonly terms: PostTerms
  /** What stands while nothing was typed. */
  readonly suggested: string
  readonly isCeilingValid: boolean
  readonly onChange: (terms: PostTerms) => void
}

const field = 'min-h-10 w-full min-w-0 rounded-lg border border-muted bg-surface px-3'

/** How long an encoder may take once bids are in. */
const deadlines: readonly (readonly [seconds: number, text: string])[] = [
  [3_600, 'an hour'],
  [21_600, '6 hours'],
  [86_400, 'a day'],
  [259_200, '3 days'],
]

/** What the community would ask, the most that is paid, who arbitrates, and until when. */
export function PriceChoice({
  quote,
  terms,
  suggested,
  isCeilingValid,
  onChange,
}: PriceChoiceProps): ReactElement {
  const [ceilingId, hintId, arbiterId, deadlineId] = [useId(), useId(), useId(), useId()]
  const { encoders, asks, arbiters } = quote
  return (
    <div className="grid grid-cols-1 gap-4">
      {asks ? (
        <dl className="grid gap-2 sm:grid-cols-3">
          <Figure label="Lowest" value={hbdText(asks.low)} />
          <Figure label="Median" value={hbdText(asks.median)} />
          <Figure label="Highest" value={hbdText(asks.high)} />
        </dl>
      ) : (
        <Notice look="bad">
          No registered encoder has a price for all of this ladder. An offer waits for one that has.
        </Notice>
      )}
      <p className="text-sm text-muted" role="status">
        By the price lists of {encoders} registered {encoders === 1 ? 'encoder' : 'encoders'}, as
        the chain has them now. Bids may be lower; nobody is paid more than the ceiling.
      </p>
      <div className="grid gap-4 sm:grid-cols-3">
        <div className="grid content-start gap-1">
          <label htmlFor={ceilingId} className="font-medium">
            Ceiling in HBD
          </label>
          <input
            {...{
              id: ceilingId,
              inputMode: 'decimal',
              autoComplete: 'off',
              'aria-describedby': hintId,
            }}
            value={terms.ceiling ?? suggested}
            aria-invalid={!isCeilingValid}
            onChange={({ target }) => onChange({ ...terms, ceiling: target.value })}
            className={`${field} tabular-nums`}
          />
          <p id={hintId} className={`text-sm ${isCeilingValid ? 'text-muted' : 'text-bad'}`}>
            {isCeilingValid ? 'The most that the encoder is paid.' : 'An amount like 0.100.'}
          </p>
        </div>
        <div className="grid content-start gap-1">
          <label htmlFor={arbiterId} className="font-medium">
            Arbiter
          </label>
          <select
            id={arbiterId}
            value={terms.arbiter ?? ''}
            onChange={({ target }) =>
              onChange({ ...terms, arbiter: accountAmong(arbiters, target.value) })
            }
            className={field}
          >
            <option value="">Any, the cheapest first</option>
            {arbiters.map(({ account, fee }) => (
              <option key={account} value={account}>
                @{account}, {hbdText(fee)}
              </option>
            ))}
          </select>
          <p className="text-sm text-muted">Rules where you and the encoder disagree.</p>
        </div>
        <div className="grid content-start gap-1">
          <label htmlFor={deadlineId} className="font-medium">
            To be delivered
          </label>
          <select
            id={deadlineId}
            value={terms.workSeconds ?? ''}
            onChange={({ target }) =>
              onChange({ ...terms, workSeconds: target.value === '' ? null : Number(target.value) })
            }
            className={field}
          >
            <option value="">as its length asks for</option>
            {deadlines.map(([seconds, text]) => (
              <option key={seconds} value={seconds}>
                within {text} of the bids
              </option>
            ))}
          </select>
          <p className="text-sm text-muted">Late work costs the encoder its standing.</p>
        </div>
      </div>
    </div>
  )
}

function accountAmong(
  arbiters: PriceChoiceProps['quote']['arbiters'],
  name: string,
): HiveAccount | null {
  return arbiters.find(({ account }) => account === name)?.account ?? null
}
