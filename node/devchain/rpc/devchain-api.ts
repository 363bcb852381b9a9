import { z } from 'zod'
import type { Pace } from '../chain/block-time.ts'
import type { Chain } from '../chain/chain.ts'
import { devchainChainId, devchainNotice } from '../chain-id.ts'
import type { FaultInjector } from '../faults/fault-injector.ts'
import { FaultsRequest, Fork } from '../faults/faults.ts'
import { formatTime } from '../hive/chain-time.ts'
import type { Head } from '../store/head.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'

const mostBlocks = 100_000

const ProduceBlocks = z.strictObject({ count: z.int().min(1).max(mostBlocks).default(1) })

export type DevchainApiDeps = {
  readonly chain: Chain
  readonly faults: FaultInjector
  readonly pace: Pace
}

/** What no real node offers: to move time, to go wrong on purpose, to fork. */
export function createDevchainApi({ chain, faults, pace }: DevchainApiDeps): Api {
  const fork = ({ depth, drop_transactions }: z.output<typeof Fork>): Head =>
    chain.fork({ depth, dropTransactions: drop_transactions })
  const info = () => ({
    development_only: true,
    notice: devchainNotice,
    chain_id: devchainChainId,
    mode: pace.type,
    ...(pace.type === 'interval' && { interval: pace.seconds }),
    ...printHead(chain.head),
    last_irreversible_block_num: chain.lastIrreversible,
    pending_transactions: chain.pool.pending.map(({ sealed }) => sealed.id),
    faults: faults.faults,
  })
  return {
    produce_blocks: named(ProduceBlocks, ({ count }) => printHead(chain.produceBlocks(count))),
    fork: named(Fork, (request) => printHead(fork(request))),
    get_info: named(z.strictObject({}), info),
    set_faults: named(FaultsRequest, ({ fork: request, ...replacement }) => {
      if (request !== undefined) fork(request)
      faults.set(replacement)
      chain.setIrreversibilityLag(replacement.irreversibility_lag ?? 0)
      return info()
    }),
  }
}

function printHead({ number, id, time }: Head) {
  return { head_block_number: number, head_block_id: id, time: formatTime(time) }
}
