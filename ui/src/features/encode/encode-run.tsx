import type { ReactElement } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { Notice } from '#ui/shared/components/notice.tsx'
import { ProgressLine } from '#ui/shared/components/progress-line.tsx'
import type { EncodeFlow } from './encode-flow.ts'
import type { EncodeState } from './encode-state.ts'
import { OutcomeFacts } from './outcome-facts.tsx'
import { ResultView } from './result-view.tsx'
import { stepOf } from './steps.ts'

export type EncodeRunProps = {
  readonly state: Exclude<EncodeState, { phase: 'idle' }>
  readonly flow: Pick<EncodeFlow, 'cancel' | 'reset'>
}

/** An encode that goes on, or what it has come to. */
export function EncodeRun({ state, flow }: EncodeRunProps): ReactElement {
  if (state.phase === 'done')
    return (
      <ResultView
        job={state.job}
        outcome={state.outcome}
        speed={state.speed}
        onAgain={flow.reset}
      />
    )
  if (state.phase === 'failed')
    return (
      <Card title="Not encoded">
        <div className="grid gap-4">
          <Notice look="bad">{state.message}</Notice>
          {state.next !== null && <p>{state.next}</p>}
          <div>
            <Button onClick={flow.reset}>Try another video</Button>
          </div>
        </div>
      </Card>
    )
  const step = stepOf(state)
  return (
    <Card title={step.title}>
      <div className="grid gap-4">
        <ProgressLine {...step} />
        {'outcome' in state && <OutcomeFacts outcome={state.outcome} />}
        <p className="text-muted">
          Keep this tab open. If it closes for longer than a minute, your other encoders take over.
        </p>
        <div>
          <Button look="quiet" onClick={flow.cancel}>
            Cancel
          </Button>
        </div>
      </div>
    </Card>
  )
}
