import type { JobProgress } from '#market/domain/steady-progress.ts'
import type { AgentClaim } from '#market/ports/agent-queue.ts'
import type { ProgressReport } from '#market/ports/job-scheduler.ts'
import type { WorkView } from '#protocol/api/desktop-owner.ts'
import type { KeptLease } from './keep-lease.ts'

/** Somebody who has claimed a job here: a page, or a program of the owner's. */
export type Claimer = { readonly key: string; readonly name: string }

/** The job that a desk has at hand. */
export type CurrentWork = {
  readonly claim: AgentClaim
  readonly claimer: Claimer | null
  readonly since: Date
  readonly lease: KeptLease
  /** Ends the agent's own work. */
  stop: AbortController
  /** The agent's own work; null while somebody else does it. */
  work: Promise<void> | null
  /** When whoever does the work was heard of. */
  heardAt: number
  progress: JobProgress
}

export const nothingYet: JobProgress = { stage: 'downloading', percent: 0, overall: 0 }

/** The work as the owner's page is told of it. */
export function viewOf({ claim, claimer, since, work, progress }: CurrentWork): WorkView {
  const { jobId, owner, permlink, qualities } = claim
  const { stage, percent, overall, speed = null, etaSeconds = null } = progress
  const worker = work === null ? (claimer?.name ?? 'nobody') : 'this agent'
  return {
    ...{ jobId, owner, permlink, qualities, worker, since },
    ...{ stage, percent, overall, speed, etaSeconds },
  }
}

/** Progress as the queue is told of it: whole percents, and the rest in words. */
export function reportOf({ stage, percent, speed, etaSeconds }: JobProgress): ProgressReport {
  const details = [
    ...(speed === undefined ? [] : [`${speed.toFixed(1)}x`]),
    ...(etaSeconds === undefined ? [] : [`${etaSeconds} s left`]),
  ]
  const said = details.length === 0 ? {} : { details: details.join(', ') }
  return { stage, stageProgress: Math.floor(percent), ...said }
}
