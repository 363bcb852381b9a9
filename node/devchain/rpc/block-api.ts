import { z } from 'zod'
import type { Chain } from '../chain/chain.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { Api } from './method.ts'
import { named } from './method.ts'
import { BlockNumber } from './params.ts'
import { printHeader, printNewerBlock } from './print-block.ts'

const OneBlock = z.object({ block_num: BlockNumber.default(0) })
const BlockRange = z.object({
  starting_block_num: BlockNumber,
  count: z.int().min(0).max(1_000),
})

export type BlockApiDeps = {
  readonly chain: Pick<Chain, 'head'>
  readonly store: Pick<ChainStore, 'blocks'>
}

/** Blocks up to the head, reversible ones included. */
export function createBlockApi({ chain, store: { blocks } }: BlockApiDeps): Api {
  return {
    get_block_header: named(OneBlock, ({ block_num }) => {
      const header = printHeader(blocks, block_num)
      return header === null ? {} : { header }
    }),
    get_block: named(OneBlock, ({ block_num }) => {
      const block = printNewerBlock(blocks, block_num)
      return block === null ? {} : { block }
    }),
    get_block_range: named(BlockRange, ({ starting_block_num, count }) => {
      const available = Math.max(Math.min(count, chain.head.number - starting_block_num + 1), 0)
      return {
        blocks: Array.from({ length: available }, (_, index) =>
          printNewerBlock(blocks, starting_block_num + index),
        ),
      }
    }),
  }
}
