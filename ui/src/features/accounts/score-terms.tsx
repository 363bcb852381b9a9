import type { ReactElement } from 'react'
import { Badge } from '#ui/shared/components/badge.tsx'
import { Figure } from '#ui/shared/components/figure.tsx'
import { nanoHbdText } from './standing-figures.ts'
import { markText } from './standing-words.ts'

export type ScoreTermsProps = {
  readonly credit: bigint
  readonly faults: bigint
  readonly deeds: number
  readonly marks: Readonly<Record<string, number>>
  readonly checks: { readonly passed: number; readonly all: number; readonly leaves: number }
}

/** What a score is made of. */
export function ScoreTerms({
  credit,
  faults,
  deeds,
  marks,
  checks,
}: ScoreTermsProps): ReactElement {
  const held = Object.entries(marks)
  return (
    <section aria-label="What it is made of" className="grid gap-3">
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Figure label="Credit" value={nanoHbdText(credit)} note="good work, by who paid for it" />
        <Figure label="Faults" value={nanoHbdText(faults)} note="taken off the credit" />
        <Figure label="Jobs" value={deeds.toLocaleString('en')} note="that say something of it" />
        <Figure
          label="Checks passed"
          value={checks.all === 0 ? '–' : `${checks.passed} of ${checks.all}`}
          note={
            checks.all === 0
              ? 'none of the latest jobs was checked'
              : `${checks.leaves} segments looked at, of the latest jobs`
          }
        />
      </dl>
      {held.length > 0 && (
        <ul aria-label="Held against it" className="flex flex-wrap gap-2">
          {held.map(([mark, times]) => (
            <li key={mark}>
              <Badge tone="bad">
                {markText(mark)} × {times}
              </Badge>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
