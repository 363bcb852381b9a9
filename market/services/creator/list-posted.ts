import type { PostedJob } from '#protocol/api/control.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import type { SplitJob } from '../../domain/split-job.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** As many as one answer has. */
const most = 100

/** The latest jobs of this node, the newest first. */
export function listPosted({
  jobs,
  splits,
}: Pick<CreatorDeps, 'jobs' | 'splits'>): readonly PostedJob[] {
  // A whole and its first ranges are of one moment, and the whole stands before them.
  return [...splits.latest(most).map(viewOfSplit), ...jobs.latest(most).map(viewOf)]
    .toSorted((one, other) => other.postedAt - one.postedAt)
    .slice(0, most)
}

function viewOfSplit(split: SplitJob): PostedJob {
  const { id, phase, postedAt, ceiling, ranges } = split
  return {
    ...{ job: id, phase, postedAt, ceiling, award: null },
    failure: split.phase === 'failed' ? split.message : null,
    standIn: null,
    ranges: { won: ranges.filter(({ won }) => won !== null).length, of: ranges.length },
  }
}

function viewOf(job: CreatorJob): PostedJob {
  const { id, phase, postedAt, offer, standIn = null } = job
  const award =
    'choice' in job ? { encoder: job.choice.bid.encoder, price: job.choice.bid.price } : null
  const failure = job.phase === 'failed' ? job.message : null
  const { whole, grid } = offer
  const range = whole && grid.range ? { range: { whole, ...grid.range } } : {}
  return { job: id, phase, postedAt, ceiling: offer.ceiling, award, failure, standIn, ...range }
}
