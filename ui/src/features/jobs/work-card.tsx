import type { ReactElement } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import { ProgressLine } from '#ui/shared/components/progress-line.tsx'
import { durationText, speedText } from '#ui/shared/format.ts'
import type { JobDetailProps } from './job-detail.tsx'

const stages = ['downloading', 'encoding', 'uploading'] as const
const names = { downloading: 'Download', encoding: 'Encode', uploading: 'Upload' } as const

type Stage = (typeof stages)[number]

/** How far the encoder says it is; nothing where nobody works on it. */
export function WorkCard({ queue, market }: Omit<JobDetailProps, 'history'>): ReactElement | null {
  const report = market?.progress ?? null
  const isAtWork = queue?.phase === 'leased' || market?.phase === 'accepted'
  const stage: Stage | null = report?.stage ?? queue?.currentStage ?? null
  if (!isAtWork || stage === null) return null
  const percent = report?.percent ?? queue?.stageProgress ?? 0
  const facts = [
    report?.speed !== undefined && `${speedText(report.speed)} real time`,
    report?.etaSeconds !== undefined && `about ${durationText(report.etaSeconds)} left`,
  ].filter((fact) => fact !== false && fact !== undefined)
  return (
    <Card title="At work">
      {stages.map((each) => (
        <ProgressLine
          key={each}
          title={names[each]}
          percent={percentOf(each, stage, percent)}
          detail={each === stage ? [names[each], ...facts].join(' · ') : names[each]}
        />
      ))}
    </Card>
  )
}

/** What is behind the stage is whole, what is before it has not begun. */
function percentOf(each: Stage, current: Stage, percent: number): number {
  const distance = stages.indexOf(each) - stages.indexOf(current)
  if (distance === 0) return percent
  return distance < 0 ? 100 : 0
}
