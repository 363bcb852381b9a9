import type { EncoderDirectory } from '#market/ports/encoder-directory.ts'
import type { JobPlans } from '#market/ports/job-plans.ts'
import type { EncodingJob, JobScheduler, Lease } from '#market/ports/job-scheduler.ts'

export const leaseMs = 60_000
export const silenceMs = 90_000

/** A queue with everything that the orchestrator needs of it, whose time passes when the test says so. */
export type OrchestratedQueue = AsyncDisposable & {
  readonly scheduler: Pick<
    JobScheduler,
    | 'submit'
    | 'find'
    | 'list'
    | 'claimJob'
    | 'reportProgress'
    | 'releaseJob'
    | 'completeJob'
    | 'failJob'
    | 'cancel'
    | 'noteMarketJob'
    | 'sweep'
    | 'eventsAfter'
  >
  readonly plans: JobPlans
  readonly encoders: Pick<EncoderDirectory, 'register' | 'heartbeat' | 'findLatest' | 'listAlive'>
  /** What follows in the queue when the chain has awarded a job that waits for the community, to whom by their id there. */
  assign(job: EncodingJob, encoder: string): Promise<Lease>
  /** And when its offer there is over without a result. */
  leave(job: EncodingJob): Promise<void>
  advance(ms: number): Promise<void>
}
