import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { BlockHeight, BlockId, ChainTime, EscrowId, HiveAccount, TransactionId } from './ids.ts'

const parties = { from: HiveAccount, to: HiveAccount, agent: HiveAccount, escrow: EscrowId }

/** What contracts read of one Hive operation: the market's own custom_json and the escrow operations. */
export const LedgerAction = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('custom-json'),
    signers: z.array(z.strictObject({ account: HiveAccount, role: z.enum(['posting', 'active']) })),
    json: z.string(),
  }),
  z.strictObject({
    type: z.literal('escrow-transfer'),
    ...parties,
    hbd: MilliHbd,
    /** Milli-HIVE; the market never uses it, but an escrow that holds some is not ours. */
    hive: z.string().regex(/^\d+$/),
    fee: MilliHbd,
    meta: z.string(),
    ratificationDeadline: ChainTime,
    expiration: ChainTime,
  }),
  z.strictObject({
    type: z.literal('escrow-approve'),
    ...parties,
    who: HiveAccount,
    approve: z.boolean(),
  }),
  z.strictObject({ type: z.literal('escrow-dispute'), ...parties, who: HiveAccount }),
  z.strictObject({
    type: z.literal('escrow-release'),
    ...parties,
    who: HiveAccount,
    receiver: HiveAccount,
    hbd: MilliHbd,
  }),
  /** Virtual: both sides approved. */
  z.strictObject({ type: z.literal('escrow-approved'), ...parties }),
  /** Virtual: a side refused, or the ratification deadline passed; everything went back to `from`. */
  z.strictObject({ type: z.literal('escrow-rejected'), ...parties }),
])
export type LedgerAction = z.infer<typeof LedgerAction>

/** An action and where it stands in its block; (block, position) never changes, so it names the action for ever. */
export const LedgerOperation = z.strictObject({
  transaction: TransactionId,
  position: z.int().min(0),
  action: LedgerAction,
})
export type LedgerOperation = z.infer<typeof LedgerOperation>

/** An irreversible block as contracts see it. Operations stand in the order in which hived applied them. */
export const LedgerBlock = z.strictObject({
  height: BlockHeight,
  id: BlockId,
  previous: BlockId,
  time: ChainTime,
  operations: z.array(LedgerOperation),
})
export type LedgerBlock = z.infer<typeof LedgerBlock>
