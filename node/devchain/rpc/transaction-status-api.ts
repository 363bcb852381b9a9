import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import { time } from '../hive/fields.ts'
import { limits } from '../hive/limits.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'

const FindTransaction = z.object({
  transaction_id: z.string().regex(/^[0-9a-f]{40}$/i, 'not a transaction id'),
  expiration: time.schema.nullish(),
})

export type TransactionStatusApiDeps = {
  readonly chain: Pick<Chain, 'head' | 'lastIrreversible' | 'pool'>
  readonly store: Pick<ChainStore, 'blocks'>
}

/**
 * What became of a transaction. hived calls everything "too old" that could have expired before it began to watch, which
 * covers the first day of a chain; this one has watched from its first block, so it can say "expired" at once.
 */
export function createTransactionStatusApi({ chain, store }: TransactionStatusApiDeps): Api {
  const timeOf = (block: number): number => store.blocks.block(block)?.time ?? 0
  const whereabouts = (id: string) => {
    if (chain.pool.has(id)) return { status: 'within_mempool' }
    const block = store.blocks.transaction(id)?.block
    if (block === undefined || block <= chain.head.number - limits.statusDepth) return null
    const isFinal = block <= chain.lastIrreversible
    return {
      status: isFinal ? 'within_irreversible_block' : 'within_reversible_block',
      block_num: block,
      rc_cost: 0,
    }
  }
  const statusOfUnknown = (expiration: number): string => {
    const forgotten = chain.head.number - limits.statusDepth
    if (forgotten > 0 && expiration < timeOf(forgotten + 1) + limits.transactionLifetime)
      return 'too_old'
    if (chain.lastIrreversible > 0 && expiration <= timeOf(chain.lastIrreversible))
      return 'expired_irreversible'
    return expiration < chain.head.time ? 'expired_reversible' : 'unknown'
  }
  return {
    find_transaction: named(
      FindTransaction,
      ({ transaction_id, expiration }) =>
        whereabouts(transaction_id.toLowerCase()) ?? {
          status: typeof expiration === 'number' ? statusOfUnknown(expiration) : 'unknown',
        },
    ),
  }
}
