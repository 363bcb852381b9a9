import type { ReactElement } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { LineChart } from '#ui/shared/components/chart/line-chart.tsx'
import { scoreLine } from './standing-figures.ts'
import type { Role, Score, ScorePoint } from './standing-words.ts'
import { roleNames } from './standing-words.ts'

export type ScoreHistoryProps = {
  readonly role: Role
  readonly points: readonly ScorePoint[]
  readonly isThinned: boolean
  readonly now: (Score & { readonly time: number }) | null
}

const scoreOf = (value: number): string => String(Math.round(value))

/** How a score came to be what it is, with the band that it may lie in. */
export function ScoreHistory({ role, points, isThinned, now }: ScoreHistoryProps): ReactElement {
  const { at, scores, low, high } = scoreLine(points, now)
  return (
    <Card title="Score over time">
      {points.length === 0 ? (
        <p className="text-muted">No job has said anything of it in this role yet.</p>
      ) : (
        <>
          <LineChart
            title={`Score as ${roleNames[role].toLowerCase()}`}
            at={at}
            lines={[{ name: 'Score', values: scores, low, high }]}
            format={scoreOf}
          />
          <p className="mt-2 text-sm text-muted">
            After each job that changed it, and once a day in between: everything fades by half in
            90 days. The ground is the band that it may lie in.
            {isThinned && ' Only points at even distances are drawn.'}
          </p>
        </>
      )}
    </Card>
  )
}
