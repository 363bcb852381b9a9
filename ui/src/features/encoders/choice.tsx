import type { ReactElement } from 'react'
import { useId } from 'react'

export type ChoiceProps = {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, name: string])[]
  readonly onChoose: (value: string) => void
}

/** One of a few, under its name. */
export function Choice({ label, value, options, onChoose }: ChoiceProps): ReactElement {
  const id = useId()
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm">
        {label}
      </label>
      <select
        {...{ id, value }}
        onChange={({ target }) => onChoose(target.value)}
        className="min-h-10 w-full min-w-0 rounded-lg border border-muted bg-surface px-3"
      >
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}
