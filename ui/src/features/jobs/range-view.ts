import type { wholeRoute } from '#protocol/api/wholes.ts'
import type { ReplyOf } from '#protocol/client.ts'
import type { PartRange } from '#protocol/grid.ts'

export type Whole = ReplyOf<typeof wholeRoute>
export type WholeRange = Whole['ranges'][number]
export type RangeJob = WholeRange['jobs'][number]

/** As people count: the first part is 1. */
export function partsText({ first, parts }: PartRange, of: number): string {
  return parts === 1 ? `Part ${first + 1} of ${of}` : `Parts ${first + 1}–${first + parts} of ${of}`
}

/** The job by which a range stands where it does: the one that was paid, else the furthest, else the latest. */
export function leadingJob({ jobs }: Pick<WholeRange, 'jobs'>): RangeJob | null {
  const rated = jobs.map((job, place) => ({ job, place, rate: rateOf(job) }))
  rated.sort((left, right) => right.rate - left.rate || right.place - left.place)
  return rated[0]?.job ?? null
}

/** What came to nothing stands behind what is still open. */
function rateOf(job: RangeJob): number {
  if (isWon(job)) return 6
  const rates = { cancelled: 0, settled: 1, announced: 2, offered: 2, awarded: 3 } as const
  if (job.phase === 'accepted') return 4
  return job.phase === 'delivered' ? 5 : rates[job.phase]
}

/** True for a job whose work was delivered and paid for. */
export function isWon({ phase, paid }: RangeJob): boolean {
  return phase === 'settled' && paid !== null && paid > 0n
}

/** Percent of the parts that are made, by what is paid, delivered, and said of the rest. */
export function percentOf({ ranges, parts }: Pick<Whole, 'ranges' | 'parts'>): number {
  const made = ranges.reduce((sum, range) => sum + range.parts * shareOf(leadingJob(range)), 0)
  return Math.min(100, Math.floor((100 * made) / parts))
}

function shareOf(job: RangeJob | null): number {
  if (!job) return 0
  if (isWon(job) || job.phase === 'delivered') return 1
  const { progress, phase } = job
  if (phase !== 'accepted' || !progress || progress.stage === 'downloading') return 0
  return progress.stage === 'encoding' ? progress.percent / 100 : 1
}
