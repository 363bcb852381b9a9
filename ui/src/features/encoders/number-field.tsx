import type { ReactElement } from 'react'
import { useId } from 'react'

export type NumberFieldProps = {
  readonly label: string
  /** What holds; empty for no limit. */
  readonly value: string
  readonly onEnter: (value: string) => void
}

/** A limit that holds when it is left, or by Enter: not with every letter, each of which would be a question. */
export function NumberField({ label, value, onEnter }: NumberFieldProps): ReactElement {
  const id = useId()
  const enter = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    const entered = currentTarget.value.trim().replace(',', '.')
    if (entered !== value) onEnter(entered)
  }
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm">
        {label}
      </label>
      <input
        key={value}
        {...{ id, inputMode: 'decimal', placeholder: 'Any', defaultValue: value }}
        onBlur={enter}
        onKeyDown={(event) => event.key === 'Enter' && enter(event)}
        className="min-h-10 w-full min-w-0 rounded-lg border border-muted bg-surface px-3"
      />
    </div>
  )
}
