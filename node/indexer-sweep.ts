import { pause } from './chain/hive-rpc.ts'
import type { Logger } from './logger.ts'

const sweepMs = 1_000

type Sweeping = {
  readonly scheduler: { sweep(): Promise<unknown> }
  readonly live: { sweep(): Promise<unknown> }
  readonly sessions: { removeExpired(): Promise<unknown> }
  readonly logger: Logger
}

/** What time asks of the tables; harmless to do in several processes at once. */
export async function sweepAgain(
  { scheduler, live, sessions, logger }: Sweeping,
  signal: AbortSignal,
): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      await scheduler.sweep()
      if (round % 60 === 0) await Promise.all([live.sweep(), sessions.removeExpired()])
    } catch (error) {
      logger.warn('not swept', {}, error)
    }
    await pause(sweepMs, signal)
  }
}
