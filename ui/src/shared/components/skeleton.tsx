import type { ReactElement } from 'react'

export type SkeletonProps = {
  /** Lines of text that will stand here. */
  readonly lines?: number
}

/** Keeps the place of what is being asked for. */
export function Skeleton({ lines = 3 }: SkeletonProps): ReactElement {
  const places = Array.from({ length: lines }, (_, line) => line)
  return (
    <div role="status" aria-label="Loading" className="grid gap-3">
      {places.map((line) => (
        <div
          key={line}
          className="h-5 animate-pulse rounded bg-plain-ground motion-reduce:animate-none"
        />
      ))}
    </div>
  )
}
