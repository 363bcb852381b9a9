import type { ReactElement } from 'react'
import { useId } from 'react'

export type SettingFieldProps = {
  readonly label: string
  readonly note?: string
  readonly value: string
  /** What is wrong with it. */
  readonly fault?: string | undefined
  readonly onChange: (value: string) => void
}

/** A field with its name, what is to be known of it, and what is wrong with it. */
export function SettingField({
  label,
  note,
  value,
  fault,
  onChange,
}: SettingFieldProps): ReactElement {
  const id = useId()
  const told = [note && `${id}-note`, fault && `${id}-fault`].filter(Boolean).join(' ')
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        {...{ id, value, spellCheck: false, autoComplete: 'off' }}
        aria-invalid={fault !== undefined}
        aria-describedby={told === '' ? undefined : told}
        onChange={({ target }) => onChange(target.value)}
        className={`min-h-10 w-full min-w-0 rounded-lg border bg-surface px-3 ${fault ? 'border-bad' : 'border-muted'}`}
      />
      {note !== undefined && (
        <span id={`${id}-note`} className="text-sm text-muted">
          {note}
        </span>
      )}
      {fault !== undefined && (
        <span id={`${id}-fault`} className="text-sm text-bad">
          {fault}
        </span>
      )}
    </div>
  )
}
