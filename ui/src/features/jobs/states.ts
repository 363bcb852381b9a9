import type { JobState } from '#protocol/api/all-jobs.ts'
import { stateOfQueue as states } from '#protocol/api/all-jobs.ts'
import type { JobView } from '#protocol/api/jobs.ts'
import type { MarketJob } from './timeline.ts'

export function stateOfQueue({ phase }: Pick<JobView, 'phase'>): JobState {
  return states[phase]
}

export function stateOfMarket({ phase }: Pick<MarketJob, 'phase'>): JobState {
  if (phase === 'settled') return 'done'
  if (phase === 'cancelled') return 'cancelled'
  return phase === 'offered' || phase === 'announced' ? 'waiting' : 'working'
}
