import type { ReactElement } from 'react'
import type { AnyJob, JobState } from '#protocol/api/all-jobs.ts'
import { Badge } from '#ui/shared/components/badge.tsx'

const tones = {
  waiting: 'plain',
  working: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
  expired: 'bad',
} as const satisfies Readonly<Record<JobState, string>>

const words: Readonly<Record<AnyJob['phase'], string>> = {
  ...{ queued: 'waiting', leased: 'encoding', completed: 'done', failed: 'failed' },
  ...{ cancelled: 'cancelled', expired: 'expired', announced: 'announced', offered: 'bidding' },
  ...{ awarded: 'awarded', accepted: 'encoding', delivered: 'checking', settled: 'paid' },
}

export type StateBadgeProps = Pick<AnyJob, 'state' | 'phase'> & {
  readonly progress?: number | null
}

/** What has become of a job, in a word; and how far it is while somebody works on it. */
export function StateBadge({ state, phase, progress = null }: StateBadgeProps): ReactElement {
  const isShown = state === 'working' && progress !== null && phase !== 'delivered'
  return (
    <Badge tone={tones[state]}>
      {words[phase]}
      {isShown && <span className="ml-1 tabular-nums">{progress} %</span>}
    </Badge>
  )
}
