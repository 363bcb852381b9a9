import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Statement } from './dispute.ts'
import { BlockHeight, ChainTime, Cid, HiveAccount, JobId } from './ids.ts'
import { Stage } from './progress.ts'

const event = <T extends string, Fields extends z.ZodRawShape>(type: T, fields: Fields) =>
  z.strictObject({ type: z.literal(type), job: JobId, at: z.int().nonnegative(), ...fields })

/**
 * What a node sees happen in the market, whoever's job it is: what a block tells, by the block's time, and what it heard by gossip,
 * by its own clock. `at` is milliseconds since 1970. What is heard is signed, but binds nobody as a block does.
 */
export const MarketEvent = z.discriminatedUnion('type', [
  event('offered', {
    creator: HiveAccount,
    ceiling: MilliHbd,
    bidsUntil: ChainTime,
    deliverBy: ChainTime,
  }),
  event('bid', { encoder: HiveAccount, price: MilliHbd, readyBy: ChainTime }),
  event('cancelled', { block: BlockHeight }),
  event('awarded', {
    encoder: HiveAccount,
    arbiter: HiveAccount,
    price: MilliHbd,
    block: BlockHeight,
  }),
  event('accepted', { encoder: HiveAccount, block: BlockHeight }),
  event('progress', { encoder: HiveAccount, stage: Stage, percent: z.number() }),
  event('delivered', { encoder: HiveAccount, root: Cid, block: BlockHeight }),
  event('disputed', { by: HiveAccount, block: BlockHeight }),
  event('explained', {
    by: HiveAccount,
    text: Statement,
    evidence: Cid.nullable(),
    block: BlockHeight,
  }),
  event('settled', {
    encoder: HiveAccount,
    toEncoder: MilliHbd,
    toCreator: MilliHbd,
    block: BlockHeight,
  }),
])
export type MarketEvent = z.infer<typeof MarketEvent>
