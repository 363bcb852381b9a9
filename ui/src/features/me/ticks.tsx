import type { ReactElement } from 'react'

export type TicksProps = {
  readonly label: string
  readonly options: readonly (readonly [value: string, name: string])[]
  readonly ticked: readonly string[]
  readonly fault?: string | undefined
  /** What is ticked, in the order of the options. */
  readonly onChange: (ticked: readonly string[]) => void
}

/** Some of a few. */
export function Ticks({ label, options, ticked, fault, onChange }: TicksProps): ReactElement {
  const turn = (value: string, isOn: boolean): void =>
    onChange(
      options
        .map(([each]) => each)
        .filter((each) => (each === value ? isOn : ticked.includes(each))),
    )
  return (
    <fieldset className="grid content-start gap-1">
      <legend className="text-sm font-medium">{label}</legend>
      {options.map(([value, name]) => (
        <label key={value} className="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            checked={ticked.includes(value)}
            onChange={({ target }) => turn(value, target.checked)}
            className="size-5 accent-accent"
          />
          {name}
        </label>
      ))}
      {fault !== undefined && <span className="text-sm text-bad">{fault}</span>}
    </fieldset>
  )
}
