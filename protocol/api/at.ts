import { z } from 'zod'
import { BlockHeight, BlockId, ChainTime } from '../ids.ts'

/** The block that an answer is as of. */
export const At = z.strictObject({ height: BlockHeight, block: BlockId, time: ChainTime })
