import { MarketError } from '#market/errors.ts'
import type { AgentClaim, AgentQueue } from '#market/ports/agent-queue.ts'
import type { ProgressReport } from '#market/ports/job-scheduler.ts'
import type { Logger } from '../logger.ts'

/** A lease is kept for as long as this is not disposed. */
export type KeptLease = Disposable & {
  /** Tells how far the job is, soon: the newest report takes the place of one that has not gone out. */
  report(report: ProgressReport): void
}

export type KeepLeaseOptions = {
  /** A third of what queues allow a holder to be silent, at most. */
  readonly renewMs: number
  /** Between two reports. */
  readonly reportMs: number
  /** Called once, with what the queue says, when the job is not the agent's any more. */
  readonly onLost: (error: MarketError) => void
}

/** What a queue says of a job that is somebody else's, nobody's, or over. */
const lostCodes: readonly MarketError['code'][] = [
  'not-holder',
  'lease-expired',
  'stale-token',
  'job-ended',
  'not-found',
]

export function isLost(error: unknown): error is MarketError {
  return error instanceof MarketError && lostCodes.includes(error.code)
}

/** Renews a lease again and again, beside the reports that renew it too. A queue that is out of reach for a while is no loss. */
export function keepLease(
  { queue, logger }: { readonly queue: AgentQueue; readonly logger: Logger },
  claim: AgentClaim,
  { renewMs, reportMs, onLost }: KeepLeaseOptions,
): KeptLease {
  let next: ProgressReport | null = null
  let reporting: NodeJS.Timeout | null = null
  let isOver = false
  const stop = (): void => {
    isOver = true
    clearInterval(renewing)
    if (reporting) clearTimeout(reporting)
  }
  const attempt = async (call: () => Promise<void>): Promise<void> => {
    if (isOver) return
    try {
      await call()
    } catch (error) {
      if (isOver) return
      if (!isLost(error)) {
        logger.debug('lease not renewed', { job: claim.jobId }, error)
        return
      }
      stop()
      onLost(error)
    }
  }
  const send = (): void => {
    const report = next
    next = null
    if (!report) {
      reporting = null
      return
    }
    reporting = setTimeout(send, reportMs)
    void attempt(() => queue.report(claim, report))
  }
  const renewing = setInterval(() => void attempt(() => queue.renew(claim)), renewMs)
  return {
    report: (report) => {
      if (isOver) return
      next = report
      if (!reporting) send()
    },
    [Symbol.dispose]: stop,
  }
}
