import type { ReactElement, ReactNode } from 'react'

export type FigureProps = {
  readonly label: string
  readonly value: ReactNode
  readonly note?: ReactNode
}

/** One number that a page is looked at for; several stand in a `<dl className="grid …">`. */
export function Figure({ label, value, note }: FigureProps): ReactElement {
  return (
    <div className="min-w-0 rounded-xl border border-line bg-surface p-4">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="mt-1 truncate text-xl font-semibold tabular-nums">{value}</dd>
      {note !== undefined && <dd className="mt-0.5 text-sm text-muted">{note}</dd>}
    </div>
  )
}
