import type { AgentClaimStore } from '#market/adapters/sqlite/agent-store.ts'
import type { AgentClaim, AgentQueue } from '#market/ports/agent-queue.ts'
import type { EncodingResult } from '#market/ports/job-scheduler.ts'
import type { Logger } from '../logger.ts'
import { isLost } from './keep-lease.ts'

export type ResumeClaimDeps = {
  readonly queue: Pick<AgentQueue, 'renew' | 'complete'>
  readonly claims: Pick<AgentClaimStore, 'all' | 'remove'>
  readonly logger: Logger
  /** Asks the queue something, and remembers whether it could be asked. */
  readonly ask: <T>(call: () => Promise<T>) => Promise<T>
  /** Clears away what was made for a claim that leads to nothing. */
  readonly letGo: (claim: AgentClaim) => Promise<void>
}

/** A claim that is the agent's still, and its result where there is one. */
type Resumed = { readonly claim: AgentClaim; readonly result: EncodingResult | null }

/**
 * Finds what a process that was killed had claimed and still holds, and forgets the rest; null where there is nothing. Rejects
 * where the queue does not answer: nothing is forgotten then.
 */
export function createResumeClaim({ queue, claims, logger, ask, letGo }: ResumeClaimDeps) {
  /** Of a job that is the agent's no more: whether that is because its result was taken. */
  const isHandedIn = async (claim: AgentClaim, result: EncodingResult): Promise<boolean> => {
    try {
      await ask(() => queue.complete(claim, result))
      return true
    } catch (error) {
      if (isLost(error)) return false
      throw error
    }
  }
  return async (): Promise<Resumed | null> => {
    for (const { claim, result } of claims.all()) {
      try {
        await ask(() => queue.renew(claim))
        logger.info('job resumed', { job: claim.jobId })
        return { claim, result }
      } catch (error) {
        if (!isLost(error)) throw error
        // Handed in by a process that was killed before it could note so, or somebody else's by now.
        logger.info('job gone', { job: claim.jobId, reason: error.message })
        if (!(result && (await isHandedIn(claim, result)))) await letGo(claim)
        claims.remove(claim.jobId)
      }
    }
    return null
  }
}
