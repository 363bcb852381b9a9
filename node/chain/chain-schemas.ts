import { z } from 'zod'
import { MilliHbd, milliHbd } from '#protocol/amount.ts'
import { Signature } from '#protocol/envelope.ts'
import {
  BlockHeight,
  BlockId,
  EscrowId,
  HiveAccount,
  parseChainTime,
  TransactionId,
} from '#protocol/ids.ts'

/** hived's answers, as far as this program reads them; members it does not read are let through. */

const HiveTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  .transform(parseChainTime)

export const DynamicGlobalProperties = z.object({
  head_block_number: BlockHeight,
  last_irreversible_block_num: BlockHeight,
})

const hbdNai = '@@000000013'
const hiveNai = '@@000000021'

function nai(name: string) {
  return z.object({
    amount: z.string().regex(/^\d{1,19}$/),
    precision: z.literal(3),
    nai: z.literal(name),
  })
}

/** An amount of HBD in the form of block_api. */
const HbdNai = nai(hbdNai).transform(({ amount }) => milliHbd(BigInt(amount)))

/** An amount of HIVE in the form of block_api, as digits of milli-HIVE. */
const HiveNai = nai(hiveNai).transform(({ amount }) => BigInt(amount).toString())

/** An operation in the form of block_api. */
export const ApiOperation = z.object({ type: z.string(), value: z.record(z.string(), z.unknown()) })
export type ApiOperation = z.infer<typeof ApiOperation>

const transactionId = /^[0-9a-f]{40}$/

function isListOfIds(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((id) => typeof id === 'string' && transactionId.test(id))
  )
}

/**
 * A block in the form of block_api. Transactions are as they came: nearly all of a real chain's are nothing to the market, and
 * to check the form of each would take longer than reading its JSON.
 */
export const ApiBlock = z.object({
  block_id: BlockId,
  previous: BlockId,
  timestamp: HiveTime,
  witness: z.string().max(16),
  transaction_merkle_root: z.string().regex(/^[0-9a-f]{40}$/),
  extensions: z.array(z.unknown()),
  witness_signature: Signature,
  transactions: z.custom<readonly unknown[]>(Array.isArray),
  transaction_ids: z.custom<readonly TransactionId[]>(isListOfIds),
})
export type ApiBlock = z.infer<typeof ApiBlock>

export const BlockRange = z.object({ blocks: z.array(ApiBlock) })

export const VirtualOperation = z.object({
  block: BlockHeight,
  trx_id: TransactionId,
  op: ApiOperation,
})
export type VirtualOperation = z.infer<typeof VirtualOperation>

export const VirtualOperations = z.object({
  ops: z.array(VirtualOperation),
  next_block_range_begin: z.int(),
  /** hived writes a number beyond 32 bits as text; an index may write it as a number, which JSON cannot carry exactly. */
  next_operation_begin: z.union([z.number().nonnegative(), z.string().regex(/^\d{1,20}$/)]),
})

const parties = { from: HiveAccount, to: HiveAccount, agent: HiveAccount, escrow_id: EscrowId }

export const CustomJsonValue = z.object({
  required_auths: z.array(HiveAccount),
  required_posting_auths: z.array(HiveAccount),
  id: z.string(),
  json: z.string(),
})

export const EscrowTransferValue = z.object({
  ...parties,
  hbd_amount: HbdNai,
  hive_amount: HiveNai,
  /** A fee may be in HIVE; such an escrow is not the market's. */
  fee: z.union([HbdNai, nai(hiveNai).transform(() => null)]),
  json_meta: z.string(),
  ratification_deadline: HiveTime,
  escrow_expiration: HiveTime,
})
export const EscrowApproveValue = z.object({ ...parties, who: HiveAccount, approve: z.boolean() })
export const EscrowDisputeValue = z.object({ ...parties, who: HiveAccount })
export const EscrowReleaseValue = z.object({
  ...parties,
  who: HiveAccount,
  receiver: HiveAccount,
  hbd_amount: HbdNai,
})
export const EscrowVirtualValue = z.object(parties)

const KeyAuths = z.array(z.tuple([z.string(), z.int()]))

export const Authority = z.object({
  weight_threshold: z.int(),
  account_auths: z.array(z.tuple([z.string(), z.int()])),
  key_auths: KeyAuths,
})
export type Authority = z.infer<typeof Authority>

/** An account in the form of condenser_api. */
export const CondenserAccount = z.object({
  name: HiveAccount,
  owner: Authority,
  active: Authority,
  posting: Authority,
  balance: z.string().regex(/^\d{1,16}\.\d{3} HIVE$/),
  hbd_balance: MilliHbd,
})
export type CondenserAccount = z.infer<typeof CondenserAccount>

/** hived prints large whole numbers as text. */
const WholeNumber = z.union([z.int(), z.string().regex(/^-?\d{1,19}$/)]).transform(BigInt)

/** What `rc_api.find_rc_accounts` tells of an account. */
export const RcAccount = z.object({
  rc_manabar: z.object({ current_mana: WholeNumber, last_update_time: z.int() }),
  max_rc: WholeNumber,
})
export type RcAccount = z.infer<typeof RcAccount>
