import type { z } from 'zod'
import type { Job } from '#contracts/job.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { RangeOfWhole, wholeRoute } from '#protocol/api/wholes.ts'
import { partCount } from '#protocol/grid.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Progress } from '#protocol/progress.ts'
import { wholeGrid } from '#protocol/range.ts'

export type WholeView = z.output<typeof wholeRoute.reply>
type RangeJob = WholeView['ranges'][number]['jobs'][number]

/** What of a whole an offer is about; null for an offer of a whole video. */
export function rangeOfOffer({
  whole,
  grid,
}: Pick<JobOffer, 'whole' | 'grid'>): RangeOfWhole | null {
  if (whole === undefined || !grid.range) return null
  return { ...grid.range, whole, of: partCount(wholeGrid(grid)) }
}

/**
 * The jobs of its creator that name a whole, the earliest first, told by its ranges. Ranges of another grid are left out: a whole has one,
 * that of its first job. Null where no job names it.
 */
export function viewWhole(
  whole: JobId,
  jobs: readonly Job[],
  reports: ReadonlyMap<JobId, readonly Progress[]>,
): WholeView | null {
  const [first] = jobs
  if (!first) return null
  const parts = partCount(wholeGrid(first.offer.grid))
  const ranged = jobs.flatMap((job) => {
    const range = rangeOfOffer(job.offer)
    return range?.of === parts ? [{ range, job }] : []
  })
  const grouped = Map.groupBy(ranged, ({ range }) => `${range.first} ${range.parts}`)
  const ranges = [...grouped.values()].flatMap((group) => {
    const range = group[0]?.range
    if (!range) return []
    const told = group.map(({ job }) => viewRangeJob(job, reports.get(job.id) ?? []))
    return [{ first: range.first, parts: range.parts, jobs: told }]
  })
  const price = ranges
    .flatMap(({ jobs: ofRange }) => ofRange)
    .reduce((sum, { paid, price: agreed }) => sum + (paid ?? agreed ?? 0n), 0n)
  return {
    ...{ whole, creator: first.creator, parts, offeredAt: first.offeredAt.time },
    price: milliHbd(price),
    ranges: ranges.sort((left, right) => left.first - right.first || left.parts - right.parts),
  }
}

function viewRangeJob(job: Job, reports: readonly Progress[]): RangeJob {
  const award = job.phase === 'offered' || job.phase === 'cancelled' ? null : job.award
  return {
    ...{ job: job.id, phase: job.phase, ceiling: job.offer.ceiling },
    ...{ encoder: award?.encoder ?? null, price: award?.price ?? null },
    paid: job.phase === 'settled' ? job.toEncoder : null,
    isDisputed: 'dispute' in job && job.dispute !== null && job.phase !== 'settled',
    progress: reports.find(({ encoder }) => encoder === award?.encoder) ?? null,
  }
}
