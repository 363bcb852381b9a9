import type { AnyJob } from '#protocol/api/all-jobs.ts'
import { stateOfQueue } from '#protocol/api/all-jobs.ts'
import type { EncodingPhase } from '#protocol/encoding-job.ts'
import type { LiveEvent } from '#ui/shared/live-events.ts'

/** What events have said of jobs since they were listed. */
export type Changes = ReadonlyMap<string, Pick<AnyJob, 'phase' | 'state' | 'progress'>>

/** The same with what further events say. */
export function changesWith(changes: Changes, events: readonly LiveEvent[]): Changes {
  const next = new Map(changes)
  for (const { job, phase, fields } of events) {
    if (!isPhase(phase)) continue
    const { progress } = fields
    const before = next.get(job)?.progress ?? null
    const now = typeof progress === 'number' ? progress : before
    next.set(job, { phase, state: stateOfQueue[phase], progress: now })
  }
  return next
}

function isPhase(phase: string): phase is EncodingPhase {
  return Object.hasOwn(stateOfQueue, phase)
}

type Page = { readonly jobs: readonly AnyJob[]; readonly next: string | null }

/**
 * One list of the newest page, which is asked for again and again, and those after it, which are asked for once: what the newest
 * page covers it alone tells, and events change the rest.
 */
export function mergeJobs(
  newest: Page | undefined,
  older: readonly Page[],
  changes: Changes,
): readonly AnyJob[] {
  const head = newest?.jobs ?? []
  const known = new Set(head.map(({ id }) => id))
  const end = head.at(-1)?.createdAt.getTime() ?? Number.POSITIVE_INFINITY
  const isWhole = newest?.next === null
  const rest = older
    .flatMap(({ jobs }) => jobs)
    .filter((job) => !known.has(job.id) && !isWhole && job.createdAt.getTime() <= end)
    .map((job) => {
      const change = changes.get(job.id)
      return change ? { ...job, ...change, progress: change.progress ?? job.progress } : job
    })
  return [...head, ...rest]
}
