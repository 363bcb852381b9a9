import type { ReactElement } from 'react'

type Bar = { readonly label: string; readonly value: number; readonly note?: string }

export type BarsProps = {
  readonly title: string
  readonly bars: readonly Bar[]
  readonly format: (value: number) => string
}

/** Amounts beside each other, each with its name and its number: nothing is said by length alone. */
export function Bars({ title, bars, format }: BarsProps): ReactElement {
  const most = Math.max(...bars.map(({ value }) => Math.abs(value)), Number.MIN_VALUE)
  return (
    <ul aria-label={title} className="grid gap-2">
      {bars.map(({ label, value, note }) => (
        <li key={label}>
          <div className="flex justify-between gap-3 text-sm">
            <span className="min-w-0 truncate">{label}</span>
            <span className="tabular-nums">{format(value)}</span>
          </div>
          <svg
            aria-hidden="true"
            viewBox="0 0 100 2"
            preserveAspectRatio="none"
            className="mt-1 h-2 w-full rounded bg-plain-ground"
          >
            <rect
              width={(Math.abs(value) / most) * 100}
              height="2"
              className={value < 0 ? 'fill-bad' : 'fill-accent'}
            />
          </svg>
          {note !== undefined && <div className="text-sm text-muted">{note}</div>}
        </li>
      ))}
    </ul>
  )
}
