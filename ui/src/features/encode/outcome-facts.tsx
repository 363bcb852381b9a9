import type { ReactElement } from 'react'
import type { Outcome } from './encode-state.ts'
import { formatLength } from './format.ts'

export type OutcomeFactsProps = { readonly outcome: Outcome }

/** The ladder that the video gets here: one rendition. */
export function OutcomeFacts({ outcome }: OutcomeFactsProps): ReactElement {
  const { name, width, height, framesPerSecond, seconds, hasSound } = outcome
  const facts = [
    ['Rendition', name],
    ['Size', `${width} × ${height}`],
    ['Codec', 'H.264, Main 3.1'],
    ['Pictures', `${Number(framesPerSecond.toFixed(2))} a second`],
    ['Length', formatLength(seconds)],
    ['Sound', hasSound ? 'AAC, stereo' : 'none'],
  ] as const
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="font-medium tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
