import { pause } from './chain/hive-rpc.ts'
import type { Logger } from './logger.ts'

const everyMs = 1_000

/** Lets jobs of the queue follow the chain and gossip, again and again; harmless to do in several processes at once. */
export async function followAgain(
  { follow, logger }: { readonly follow: () => Promise<number>; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await follow().catch((error: unknown) => logger.warn('chain not followed', {}, error))
    await pause(everyMs, signal)
  }
}
