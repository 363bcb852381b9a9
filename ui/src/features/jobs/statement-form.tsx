import type { ReactElement, SyntheticEvent } from 'react'
import { useId, useState } from 'react'
import { longestStatement } from '#protocol/dispute.ts'
import { Button } from '#ui/shared/components/button.tsx'
import type { Said, Written } from './statement.ts'
import { readStatement } from './statement.ts'

export type StatementFormProps = {
  /** On the button that signs it. */
  readonly submit: string
  /** True where nothing can be signed without it. */
  readonly isNeeded: boolean
  readonly isBusy: boolean
  /** `undefined` where nothing was said. */
  readonly onSubmit: (said: Said | undefined) => void
  /** Absent where there is no other way. */
  readonly onLeave?: () => void
}

const field = 'w-full min-w-0 rounded-lg border border-muted bg-surface px-3 py-2'

/** What a party has to say of a dispute, with a file that shows it. */
export function StatementForm({
  submit,
  isNeeded,
  isBusy,
  onSubmit,
  onLeave,
}: StatementFormProps): ReactElement {
  const [written, setWritten] = useState<Written>({ text: '', evidence: '' })
  const [textId, textHintId, cidId, cidHintId] = [useId(), useId(), useId(), useId()]
  const { said, textFault, evidenceFault } = readStatement(written)
  const isReady = said !== null && (said !== undefined || !isNeeded)
  const send = (event: SyntheticEvent): void => {
    event.preventDefault()
    if (isReady && !isBusy) onSubmit(said)
  }
  return (
    <form onSubmit={send} className="grid grid-cols-1 gap-3">
      <div className="grid gap-1">
        <label htmlFor={textId} className="font-medium">
          What is to be known
        </label>
        <textarea
          {...{ id: textId, rows: 4, maxLength: longestStatement, value: written.text }}
          aria-describedby={textHintId}
          aria-invalid={textFault !== null}
          onChange={({ target }) => setWritten({ ...written, text: target.value })}
          className={field}
        />
        <p id={textHintId} className={`text-sm ${textFault === null ? 'text-muted' : 'text-bad'}`}>
          {textFault ??
            'Where it goes wrong, and what you see or hear there. Everybody can read it.'}
        </p>
      </div>
      <div className="grid gap-1">
        <label htmlFor={cidId} className="font-medium">
          CID of a file that shows it
        </label>
        <input
          {...{ id: cidId, value: written.evidence, autoComplete: 'off', spellCheck: false }}
          aria-describedby={cidHintId}
          aria-invalid={evidenceFault !== null}
          onChange={({ target }) => setWritten({ ...written, evidence: target.value })}
          className={`${field} font-mono text-sm`}
        />
        <p
          id={cidHintId}
          className={`text-sm ${evidenceFault === null ? 'text-muted' : 'text-bad'}`}
        >
          {evidenceFault ??
            'If you have one: a picture, a recording. Keep it where others find it.'}
        </p>
      </div>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" disabled={!isReady || isBusy}>
          {isBusy ? 'Confirm…' : submit}
        </Button>
        {onLeave && (
          <Button look="quiet" disabled={isBusy} onClick={onLeave}>
            Not now
          </Button>
        )}
      </div>
    </form>
  )
}
