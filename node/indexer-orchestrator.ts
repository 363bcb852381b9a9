import { advisoryLocks } from '#market/adapters/postgres/advisory-locks.ts'
import { lead } from '#market/adapters/postgres/leadership.ts'
import { pause } from './chain/hive-rpc.ts'
import type { Logger } from './logger.ts'
import { startLoop } from './loop.ts'

export type OrchestratorOptions = {
  /** Of the queue's database. */
  readonly postgresUrl: string
  /** Milliseconds between two looks while nothing is due. */
  readonly pollMs?: number
  /** Milliseconds until a term of leadership that failed is followed by another try. */
  readonly retryMs?: number
}

export type OrchestratorDeps = {
  /** One round; resolves to how many jobs it looked at. */
  readonly orchestrate: () => Promise<number>
  readonly logger: Logger
}

/**
 * Orchestrates for as long as this process leads, and waits to lead where another does: one would do, and several would only get
 * in each other's way. Trouble with the database is logged and tried again. Disposing stops after the round at hand.
 */
export function startOrchestrator(
  { orchestrate, logger }: OrchestratorDeps,
  { postgresUrl, pollMs = 500, retryMs = 1_000 }: OrchestratorOptions,
): AsyncDisposable {
  const term = async (signal: AbortSignal): Promise<void> => {
    logger.info('orchestrator leads', {})
    while (!signal.aborted) if ((await orchestrate()) === 0) await pause(pollMs, signal)
  }
  return startLoop(async (stopped) => {
    const lock = { url: postgresUrl, lock: advisoryLocks.orchestration }
    while (!stopped.aborted) {
      try {
        await lead(lock, term, stopped)
      } catch (error) {
        if (stopped.aborted) return
        logger.warn('orchestration interrupted', {}, error)
      }
      await pause(retryMs, stopped)
    }
  })
}
