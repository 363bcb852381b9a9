import type { ReactElement, ReactNode } from 'react'
import { useId } from 'react'

export type CardProps = { readonly title: string; readonly children: ReactNode }

/** A part of a page under a heading of its own. */
export function Card({ title, children }: CardProps): ReactElement {
  const id = useId()
  return (
    <section aria-labelledby={id} className="rounded-xl border border-line bg-surface p-4 sm:p-6">
      <h2 id={id} className="text-lg font-semibold">
        {title}
      </h2>
      <div className="mt-3">{children}</div>
    </section>
  )
}
