import { z } from 'zod'
import { BlockHeight, BlockId, Sha256Hex } from './ids.ts'

/**
 * `checkpoint`: the chained state hash that an account's node reached at a height. Whoever folded the same blocks by the same
 * rules has the same one, so a node that reads another hash than its own knows that one of the two is wrong.
 */
export const LedgerCheckpoint = z.strictObject({
  v: z.literal(1),
  t: z.literal('checkpoint'),
  height: BlockHeight,
  block: BlockId,
  hash: Sha256Hex,
})
export type LedgerCheckpoint = z.infer<typeof LedgerCheckpoint>
