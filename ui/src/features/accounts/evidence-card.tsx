import type { ReactElement } from 'react'
import { useState } from 'react'
import { Button } from '#ui/shared/components/button.tsx'
import { Card } from '#ui/shared/components/card.tsx'
import { EvidenceRow } from './evidence-row.tsx'
import type { Recomputed } from './recompute.ts'
import type { EvidenceKind } from './standing-figures.ts'
import { evidenceKinds, isOfKind, movedBy } from './standing-figures.ts'
import type { Evidence, Role, ScorePoint } from './standing-words.ts'

export type EvidenceCardProps = {
  readonly role: Role
  readonly evidence: readonly Evidence[]
  readonly points: readonly ScorePoint[]
  /** Block of the jobs that are opened and brought into view; null for none. */
  readonly picked: number | null
  readonly recomputed: Recomputed | null
  /** Asks for older ones; absent where there are none. */
  readonly onMore?: (() => void) | undefined
}

/** The jobs behind a score, the newest first. */
export function EvidenceCard(props: EvidenceCardProps): ReactElement {
  const { role, evidence, points, picked, recomputed, onMore } = props
  const [kind, setKind] = useState<EvidenceKind>('all')
  const shown = evidence.filter((entry) => isOfKind(entry, kind))
  return (
    <Card title="The jobs behind it">
      <fieldset className="flex flex-wrap gap-2">
        <legend className="sr-only">Which jobs</legend>
        {evidenceKinds.map((each) => (
          <label
            key={each}
            className="cursor-pointer rounded-full border border-line px-3 py-1 has-checked:border-accent has-checked:text-accent has-focus-visible:outline-2"
          >
            <input
              type="radio"
              name="kind"
              className="sr-only"
              checked={kind === each}
              onChange={() => setKind(each)}
            />
            {each}
          </label>
        ))}
      </fieldset>
      {shown.length === 0 && <p className="mt-3 text-muted">None of these.</p>}
      <ul className="mt-3">
        {shown.map((entry) => (
          <EvidenceRow
            key={`${entry.job} ${entry.at.height} ${entry.marks.join()}`}
            entry={entry}
            isPicked={entry.at.height === picked}
            moved={movedBy(entry, points)}
            added={recomputed?.added.get(`${role} ${entry.job} ${entry.at.height}`) ?? null}
          />
        ))}
      </ul>
      {onMore && (
        <div className="mt-3">
          <Button look="quiet" onClick={onMore}>
            Older ones
          </Button>
        </div>
      )}
    </Card>
  )
}
