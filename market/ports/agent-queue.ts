import type { AgentJob } from '#protocol/api/desktop.ts'
import type { EncodingFailure, EncodingResult, ProgressReport } from './job-scheduler.ts'

/** A job that a desktop agent holds. Every later call shows its token: an older one is of a lease that is gone. */
export type AgentClaim = AgentJob & { readonly fencingToken: number }

/**
 * Where a desktop agent gets its account's jobs: an indexer's queue, or the node's own. Calls reject with a MarketError: `not-holder`,
 * `lease-expired`, `stale-token` or `job-ended` where the job is not the caller's any more, `peer-unreachable` where the queue cannot be asked.
 */
export interface AgentQueue {
  /** Says that the agent is there, with so many jobs in progress. */
  beat(jobsInProgress: number): Promise<void>
  claim(): Promise<AgentClaim | null>
  renew(claim: AgentClaim): Promise<void>
  report(claim: AgentClaim, report: ProgressReport): Promise<void>
  /** Gives a job back unharmed. */
  release(claim: AgentClaim, reason: string): Promise<void>
  /** Repeated with the same result it changes nothing. */
  complete(claim: AgentClaim, result: EncodingResult): Promise<void>
  fail(claim: AgentClaim, failure: EncodingFailure): Promise<void>
}
