import type { ReactElement } from 'react'

export type ProgressLineProps = {
  readonly title: string
  /** 0 to 100; null while it is not known. */
  readonly percent: number | null
  readonly detail: string
}

/** A bar with what there is to say about it. */
export function ProgressLine({ title, percent, detail }: ProgressLineProps): ReactElement {
  const value = percent === null ? {} : { value: Math.round(percent) }
  return (
    <div>
      <div className="flex items-center gap-3">
        <progress aria-label={title} max={100} {...value} className="h-3 min-w-0 flex-1" />
        <span className="w-12 text-right tabular-nums">
          {percent === null ? '' : `${Math.round(percent)} %`}
        </span>
      </div>
      <p className="mt-1 min-h-12 text-muted tabular-nums sm:min-h-6">{detail}</p>
    </div>
  )
}
