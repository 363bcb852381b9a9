import type { ReactElement } from 'react'
import { useCallback, useMemo } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { LineChart } from '#ui/shared/components/chart/line-chart.tsx'
import { heightBehind, scoreLine } from './standing-figures.ts'
import type { Role, Score, ScorePoint } from './standing-words.ts'
import { roleNames } from './standing-words.ts'

export type ScoreHistoryProps = {
  readonly role: Role
  readonly points: readonly ScorePoint[]
  readonly isThinned: boolean
  readonly now: (Score & { readonly time: number }) | null
  /** Told in which block the job is that a moment follows from. */
  readonly onPick: (height: number | null) => void
}

const scoreOf = (value: number): string => String(Math.round(value))

/** How a score came to be what it is, with the band that it may lie in. A click opens the job behind a moment. */
export function ScoreHistory(props: ScoreHistoryProps): ReactElement {
  const { role, points, isThinned, now, onPick } = props
  const { at, lines } = useMemo(() => {
    const { at: moments, scores, low, high } = scoreLine(points, now)
    return { at: moments, lines: [{ name: 'Score', values: scores, low, high }] }
  }, [points, now])
  const pick = useCallback((index: number) => onPick(heightBehind(points, index)), [points, onPick])
  return (
    <Card title="Score over time">
      {points.length === 0 ? (
        <p className="text-muted">No job has said anything of it in this role yet.</p>
      ) : (
        <>
          <LineChart
            title={`Score as ${roleNames[role].toLowerCase()}`}
            at={at}
            lines={lines}
            format={scoreOf}
            onPick={pick}
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
