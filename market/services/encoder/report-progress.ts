import type { JobId } from '#protocol/ids.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { Progress } from '#protocol/progress.ts'
import { beatSeconds } from '#protocol/progress.ts'
import type { EncoderJob } from '../../domain/encoder-job.ts'
import { isRetired } from '../../domain/retired-recipe.ts'
import type { WorkProgress } from '../../ports/processing.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/** How creators are told how far their jobs are, and that whoever works on them is there. */
export type ProgressReports = {
  report(job: JobId, progress: WorkProgress): void
  /** Says again what was said last of every job at work, where that was a beat ago. Called with every step of the node. */
  beat(): void
}

type Reported = {
  /** Greater than any of an earlier life of this process. */
  sequence: number
  isSending: boolean
  next: WorkProgress | null
  last: WorkProgress
  /** Milliseconds since 1970. */
  at: number
}

type ReportDeps = Pick<EncoderDeps, 'account' | 'signer' | 'network' | 'clock' | 'jobs'>

/** Of each job at most one report is on its way: a slow creator gets fewer, never a queue of old ones, and a lost one is no failure. */
export function createProgressReports(deps: ReportDeps): ProgressReports {
  const { clock, jobs } = deps
  const reported = new Map<JobId, Reported>()

  const send = async (job: JobId, of: Reported): Promise<void> => {
    of.isSending = true
    while (of.next) {
      of.last = of.next
      of.next = null
      of.sequence += 1
      await tell(deps, job, of)
    }
    of.isSending = false
  }

  const report = (job: JobId, progress: WorkProgress): void => {
    const now = clock.now()
    const of = reported.get(job) ?? {
      ...{ sequence: now, isSending: false, next: null, last: progress, at: now },
    }
    reported.set(job, of)
    of.next = progress
    of.at = now
    if (!of.isSending) void send(job, of)
  }

  return {
    report,
    beat: () => {
      const atWork = jobs
        .unfinished()
        .filter(({ phase, offer }) => isAtWork(phase) && !isRetired(offer))
      for (const id of reported.keys())
        if (!atWork.some((job) => job.id === id)) reported.delete(id)
      for (const { id, phase } of atWork) {
        const of = reported.get(id)
        if (of && clock.now() - of.at < beatSeconds * 1_000) continue
        report(id, of?.last ?? beginnings[phase === 'encoding' ? 'encoding' : 'delivering'])
      }
    },
  }
}

function isAtWork(phase: EncoderJob['phase']): boolean {
  return phase === 'encoding' || phase === 'delivering'
}

/** What is said of a job of which this life of the node has said nothing yet. */
const beginnings = {
  encoding: { stage: 'downloading', percent: 0 },
  delivering: { stage: 'uploading', percent: 100 },
} as const

async function tell(
  { account, signer, network }: ReportDeps,
  job: JobId,
  { sequence, last }: Reported,
): Promise<void> {
  const { stage, percent, speed, etaSeconds, preview } = last
  const body: Progress = {
    ...{ v: 1, type: 'progress', job, encoder: account, sequence, stage, percent },
    ...(speed === undefined ? {} : { speed }),
    ...(etaSeconds === undefined ? {} : { etaSeconds }),
    ...(preview === undefined ? {} : { preview }),
  }
  const [sealed] = await Promise.allSettled([signer.seal(body)])
  if (sealed.status === 'rejected') return
  await Promise.allSettled([
    network.call(jobCreator(job), 'progress', sealed.value),
    network.publish('progress', sealed.value),
  ])
}
