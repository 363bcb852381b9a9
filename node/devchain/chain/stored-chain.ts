import { devchainChainId } from '../chain-id.ts'
import { genesisBlockId, taposPrefix } from '../hive/block-header.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { Head } from '../store/head.ts'
import type { SealedTransaction } from '../transactions/sealed-transaction.ts'
import { sealTransaction } from '../transactions/sealed-transaction.ts'
import { readTransaction } from '../transactions/transaction.ts'

type Stored = Pick<ChainStore, 'blocks' | 'genesisTime'>

const refBlockMask = 0xffff

export function newestHead({ blocks, genesisTime }: Stored): Head {
  return blocks.newest() ?? { number: 0, id: genesisBlockId, time: genesisTime }
}

/** hived remembers one id per value of the lowest 16 bits; where no block has been, the prefix to match is 0. */
export function taposPrefixAt({ blocks }: Stored, head: Head, refBlockNum: number): number {
  const number = head.number - ((head.number - refBlockNum) & refBlockMask)
  return taposPrefix(blocks.id(number) ?? genesisBlockId)
}

/** The transactions of the newest `depth` blocks, the oldest first. */
export function readBlockTransactions(
  { blocks }: Stored,
  head: Head,
  depth: number,
): readonly SealedTransaction[] {
  return Array.from({ length: depth }, (_, index) => head.number - depth + 1 + index)
    .flatMap((number) => blocks.transactions(number))
    .map(({ body, form }) =>
      sealTransaction(readTransaction(JSON.parse(body)), form, devchainChainId),
    )
}
