import type { PostedJob } from '#protocol/api/control.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** As many as one answer has. */
const most = 100

/** The latest jobs of this node, the newest first. */
export function listPosted({ jobs }: Pick<CreatorDeps, 'jobs'>): readonly PostedJob[] {
  return jobs.latest(most).map(viewOf)
}

function viewOf(job: CreatorJob): PostedJob {
  const { id, phase, postedAt, offer, standIn = null } = job
  const award =
    'choice' in job ? { encoder: job.choice.bid.encoder, price: job.choice.bid.price } : null
  const failure = job.phase === 'failed' ? job.message : null
  return { job: id, phase, postedAt, ceiling: offer.ceiling, award, failure, standIn }
}
