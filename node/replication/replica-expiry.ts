import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { collectGarbage } from '../ipfs/garbage.ts'
import type { Logger } from '../logger.ts'
import type { ReplicaKeeper } from './replica-keeper.ts'

const everyMs = 3_600_000

/** Lets go of replicas whose time is over, hour by hour until stopped, and of the blocks that nobody else keeps. */
export async function expireReplicas(
  {
    keeper,
    blocks,
    pins,
    logger,
  }: {
    readonly keeper: Pick<ReplicaKeeper, 'expire'>
    readonly blocks: FlatBlockStore
    readonly pins: PinStore
    readonly logger: Logger
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const jobs = keeper.expire()
    if (jobs.length > 0)
      await collectGarbage(blocks, pins).then(
        ({ removed }) => logger.info('replicas let go', { trees: jobs.length, blocks: removed }),
        (error: unknown) => logger.warn('garbage of replicas not collected', {}, error),
      )
    await pause(everyMs, signal)
  }
}
