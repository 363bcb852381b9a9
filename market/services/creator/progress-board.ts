import type { ChainTime, JobId } from '#protocol/ids.ts'
import type { Progress } from '#protocol/progress.ts'

type Heard = {
  readonly percent: number
  readonly at: ChainTime
  /** Nothing has been heard since for so long that it is not waited for. */
  readonly isLost: boolean
}

/** How far each awarded encoder said it was last. Forgotten with the process: a beat later it is known again. */
export type ProgressBoard = {
  note(progress: Pick<Progress, 'job' | 'stage' | 'percent'>, at: ChainTime): void
  /** Notes that an encoder is taken for lost, until it says something again. */
  lose(job: JobId, at: ChainTime): void
  of(job: JobId): Heard | null
}

/** Jobs that are remembered: more than a node has under way. */
const mostJobs = 1_000

export function createProgressBoard(): ProgressBoard {
  const heard = new Map<JobId, Heard>()
  const keep = (job: JobId, said: Heard): void => {
    heard.delete(job)
    heard.set(job, said)
    const [oldest] = heard.keys()
    if (heard.size > mostJobs && oldest) heard.delete(oldest)
  }
  return {
    note: ({ job, stage, percent }, at) =>
      keep(job, { percent: encoded(stage, percent), at, isLost: false }),
    lose: (job, at) => keep(job, { percent: 0, at, ...heard.get(job), isLost: true }),
    of: (job) => heard.get(job) ?? null,
  }
}

function encoded(stage: Progress['stage'], percent: number): number {
  if (stage === 'downloading') return 0
  return stage === 'encoding' ? percent : 100
}
