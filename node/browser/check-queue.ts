import { MarketError } from '#market/errors.ts'
import type { JobScheduler, Lease } from '#market/ports/job-scheduler.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Logger } from '../logger.ts'
import type { Judgement } from './tree-judge.ts'

export type CheckQueue = AsyncDisposable & {
  /** Checks when it is its turn, and settles the job by what comes of it. One that waits or runs for this lease already goes on. */
  add(work: CheckWork): void
}

type CheckWork = {
  readonly lease: Lease
  readonly processingTimeSec: number
  readonly judge: (options: {
    readonly signal: AbortSignal
    readonly onProgress: (percent: number) => void
  }) => Promise<Judgement>
  /** Forgets the segments: after a good end as after a bad one they are of no use. */
  readonly forget: () => Promise<void>
}

/** A lease runs a minute. */
const renewMs = 15_000

/**
 * Checks one tree after the other, and keeps the leases of those that wait: what is whole is not to be lost with its tab. A process
 * that ends in the middle leaves everything as it was, for the lease to lapse and the tab to ask again.
 */
export function startCheckQueue({
  scheduler,
  logger,
}: {
  readonly scheduler: Pick<
    JobScheduler,
    'renewLease' | 'reportProgress' | 'completeJob' | 'failJob'
  >
  readonly logger: Logger
}): CheckQueue {
  const stopping = new AbortController()
  const known = new Map<EncodingJobId, number>()
  let last: Promise<void> = Promise.resolve()

  const settle = async (work: CheckWork, lost: AbortController): Promise<void> => {
    const { lease, judge, forget, processingTimeSec } = work
    const signal = AbortSignal.any([lost.signal, stopping.signal])
    signal.throwIfAborted()
    let told = 0
    const onProgress = (percent: number): void => {
      const stageProgress = Math.min(100, Math.floor(percent))
      if (stageProgress < told + 5) return
      told = stageProgress
      const details = 'checking the tree against its source'
      void scheduler
        .reportProgress(lease, { stage: 'uploading', stageProgress, details })
        .catch((error: unknown) => logger.warn('progress not told', { job: lease.job }, error))
    }
    const judgement = await judge({ signal, onProgress })
    signal.throwIfAborted()
    if (judgement.ok) {
      const { ok } = await scheduler.completeJob(lease, { ...judgement.result, processingTimeSec })
      // Of a job that is somebody else's by now the segments may be wanted yet; those of an ended one are swept, and its tree let go.
      if (ok) await forget()
      else logger.info('tree comes too late', { job: lease.job })
      return
    }
    // First the segments: nothing of a tree that was refused may serve another attempt.
    await forget()
    const message = `The tree that the tab made was refused: ${judgement.reason}.`
    await scheduler.failJob(lease, { class: 'unsupported-here', message })
  }

  const run = async (work: CheckWork): Promise<void> => {
    const { lease } = work
    const lost = new AbortController()
    const renewing = setInterval(() => {
      scheduler.renewLease(lease).then(
        ({ ok }) => ok || lost.abort(new MarketError('lease-expired', 'The lease is gone.')),
        (error: unknown) => logger.warn('lease not renewed', { job: lease.job }, error),
      )
    }, renewMs)
    const turn = last
    last = turn
      .then(() => settle(work, lost))
      .catch(async (error: unknown) => {
        if (lost.signal.aborted || stopping.signal.aborted) return
        logger.warn('tree not checked', { job: lease.job }, error)
        const message = 'The server could not check the tree; it stays for another attempt.'
        await scheduler.failJob(lease, { class: 'resource', message })
      })
      .catch((error: unknown) => logger.warn('job not settled', { job: lease.job }, error))
      .finally(() => {
        clearInterval(renewing)
        if (known.get(lease.job) === lease.fencingToken) known.delete(lease.job)
      })
    await last
  }

  return {
    add: (work) => {
      const { job, fencingToken } = work.lease
      if (known.get(job) === fencingToken) return
      known.set(job, fencingToken)
      void run(work)
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new MarketError('cancelled', 'The server is stopping.'))
      await last
    },
  }
}
