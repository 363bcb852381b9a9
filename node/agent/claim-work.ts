import type { AgentClaimStore } from '#market/adapters/sqlite/agent-store.ts'
import type { JobProgress } from '#market/domain/steady-progress.ts'
import { MarketError } from '#market/errors.ts'
import type { AgentClaim, AgentQueue } from '#market/ports/agent-queue.ts'
import type { EncodingResult } from '#market/ports/job-scheduler.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { Logger } from '../logger.ts'
import type { ClaimedOrder, JobPipeline } from '../processing/job-pipeline.ts'
import { failureOf } from './agent-order.ts'
import { isLost } from './keep-lease.ts'

export type ClaimWorkDeps = {
  readonly queue: Pick<AgentQueue, 'complete' | 'fail'>
  readonly claims: Pick<AgentClaimStore, 'saveResult'>
  readonly pipeline: Pick<JobPipeline, 'run'>
  readonly orderOf: (claim: AgentClaim) => ClaimedOrder<EncodingResult>
  readonly logger: Logger
}

/** How the work on a claim ended; `stopped` where its signal ended it, and nothing was said to the queue. */
export type WorkOutcome =
  | { readonly type: 'completed' | 'stopped' }
  | { readonly type: 'failed' | 'lost'; readonly reason: string }

export type ClaimWorkOptions = {
  /** What was made of it before, and may have been handed in; null where it is yet to be made. */
  readonly known: EncodingResult | null
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
}

/**
 * Makes what a claim asks for, stores it, and hands it in, or tells the queue why not. Never rejects. `pollMs` lies between two tries
 * to hand in.
 */
export function createClaimWork(
  { queue, claims, pipeline, orderOf, logger }: ClaimWorkDeps,
  { pollMs }: { readonly pollMs: number },
) {
  /** However long the queue cannot be reached: until it answers, or has given the job to somebody else. */
  const handIn = async (
    claim: AgentClaim,
    result: EncodingResult,
    signal: AbortSignal,
  ): Promise<void> => {
    for (;;) {
      try {
        await queue.complete(claim, result)
        return
      } catch (error) {
        if (!isUnreachable(error)) throw error
        logger.warn('result not handed in yet', { job: claim.jobId }, error)
        await pause(pollMs, signal)
        signal.throwIfAborted()
      }
    }
  }

  const giveUp = async (claim: AgentClaim, error: unknown): Promise<WorkOutcome> => {
    const failure = failureOf(error)
    logger.warn('work failed', { job: claim.jobId, class: failure.class }, error)
    const told = await queue.fail(claim, failure).then(
      () => null,
      (untold: unknown) => untold,
    )
    if (told !== null) logger.warn('failure not told', { job: claim.jobId }, told)
    return { type: isLost(told) ? 'lost' : 'failed', reason: failure.message }
  }

  return async (
    claim: AgentClaim,
    { known, signal, onProgress }: ClaimWorkOptions,
  ): Promise<WorkOutcome> => {
    try {
      const result = known ?? (await pipeline.run(orderOf(claim), { signal, onProgress }))
      signal.throwIfAborted()
      claims.saveResult(claim.jobId, result)
      await handIn(claim, result, signal)
      return { type: 'completed' }
    } catch (error) {
      if (signal.aborted) return { type: 'stopped' }
      return isLost(error) ? { type: 'lost', reason: error.message } : await giveUp(claim, error)
    }
  }
}

/** The queue may answer later what it does not now. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof MarketError &&
    (error.code === 'peer-unreachable' || error.code === 'rate-limited')
  )
}
