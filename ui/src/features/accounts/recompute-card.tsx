import type { ReactElement } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { roleNames, scoreText } from './standing-words.ts'
import type { RecomputeState } from './use-recompute.ts'

export type RecomputeCardProps = { readonly state: RecomputeState; readonly onRun: () => void }

/** Lets whoever does not take the server's word work the scores out, and says what came of it. */
export function RecomputeCard({ state, onRun }: RecomputeCardProps): ReactElement {
  const isBusy = state.phase === 'running'
  return (
    <Card title="Recompute in your browser">
      <div className="grid gap-4">
        <p className="max-w-prose text-muted">
          Fetches the operations of every job that these scores follow from, and folds them here
          with the same contracts that every node runs. Each has its transaction and block, so it
          can be compared with what any Hive explorer says.
        </p>
        <Outcome state={state} />
        <div className="flex flex-wrap items-center gap-4">
          <Button look="quiet" disabled={isBusy} onClick={onRun}>
            {state.phase === 'idle' ? 'Recompute' : 'Recompute again'}
          </Button>
          {isBusy && (
            <p role="status" className="text-muted tabular-nums">
              {state.operations.toLocaleString('en')} operations so far…
            </p>
          )}
        </div>
      </div>
    </Card>
  )
}

function Outcome({ state }: Pick<RecomputeCardProps, 'state'>): ReactElement | null {
  if (state.phase === 'failed')
    return <Notice look="bad">It could not be recomputed: {state.message}</Notice>
  if (state.phase !== 'done') return null
  const { comparisons, result, height } = state
  const isSame = comparisons.every((each) => each.isSame)
  const count = (amount: number): string => amount.toLocaleString('en')
  return (
    <div className="grid gap-3">
      <Notice look={isSame ? 'good' : 'bad'}>
        {isSame
          ? 'Your browser comes to the same scores as the server.'
          : 'Your browser comes to other scores than the server: its answer does not follow from the operations it serves.'}
      </Notice>
      <ul className="grid gap-1 tabular-nums">
        {comparisons.map(({ role, told, found, isSame: isEqual }) => (
          <li key={role}>
            {roleNames[role]}: {found ? scoreText(found) : 'nothing'}
            {!isEqual && <strong> – the server says {scoreText(told)}</strong>}
          </li>
        ))}
      </ul>
      <p className="text-sm text-muted">
        As of block {count(height)}, from {count(result.operations)} operations in{' '}
        {count(result.blocks)} blocks; what {count(result.others)} other accounts did is among them.
      </p>
    </div>
  )
}
