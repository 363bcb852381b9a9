import type { AgreedBlocks } from '#node/chain/agreed-blocks.ts'
import { BlockHeight } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'

/** A chain of given blocks, the first of height 1, irreversible as far as `last` says. */
export function aFixedChain(
  blocks: readonly LedgerBlock[],
  last: () => number = () => blocks.length,
): AgreedBlocks {
  return {
    lastIrreversible: async (signal) => {
      signal.throwIfAborted()
      return BlockHeight.parse(last())
    },
    range: async (first, end, check, signal) => {
      signal.throwIfAborted()
      const sourced = blocks.slice(first - 1, end).map((block) => ({
        block,
        transactions: [],
        seal: () => 'whole' as const,
      }))
      check(sourced)
      return sourced
    },
    health: () => [],
  }
}
