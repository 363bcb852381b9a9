import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { BlockHeight, ChainTime, HiveAccount, JobId, lastChainTime } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { Cursor, noBody, wholeNumber } from './paging.ts'
import { AccountParams, StandingRole } from './standing-role.ts'

/** One payment out of an escrow. */
export const Earning = z.strictObject({
  height: BlockHeight,
  time: ChainTime,
  transaction: z.string(),
  /** Of the operation in its block. */
  position: z.int(),
  job: JobId,
  /** As an encoder it was paid, as an arbiter it had its fee, as a creator its money came back. */
  role: StandingRole,
  amount: MilliHbd,
})
export type Earning = z.infer<typeof Earning>

export const earningsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/accounts/:account/earnings',
  summary: 'What an account had from escrows, the newest first.',
  params: AccountParams,
  query: z.strictObject({
    limit: wholeNumber(1, 500).default(20),
    cursor: Cursor.optional(),
    role: StandingRole.optional(),
    /** Seconds since 1970 by the chain, from the first to before the second. */
    from: wholeNumber(0, lastChainTime).optional(),
    to: wholeNumber(0, lastChainTime).optional(),
  }),
  body: noBody,
  reply: z.strictObject({
    account: HiveAccount,
    /** Of everything that was asked for; on the first page only. */
    totals: z.strictObject({ encoder: MilliHbd, arbiter: MilliHbd, creator: MilliHbd }).nullable(),
    earnings: z.array(Earning).readonly(),
    next: Cursor.nullable(),
  }),
})
