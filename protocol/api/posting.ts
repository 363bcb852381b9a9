import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { EncodingJobId } from '../encoding-job.ts'
import { ChainTime, Cid, HiveAccount, JobId, Sha256Hex } from '../ids.ts'
import { Ladder } from '../ladder.ts'
import { defineRoute } from '../route.ts'
import { HiveOperation } from '../transaction.ts'
import { noBody, none } from './paging.ts'

/** What a creator who has only a browser needs to know, and to have prepared, before a job is on the chain. */

export const sourceRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/sources/:cid',
  summary: 'What a video is that this server has, and the ladder it would get.',
  params: z.strictObject({ cid: Cid }),
  body: noBody,
  reply: z.strictObject({
    cid: Cid,
    bytes: z.int(),
    width: z.int(),
    height: z.int(),
    seconds: z.number(),
    isShort: z.boolean(),
    ladder: Ladder,
  }),
})

export const quoteRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/quote',
  summary:
    'What registered encoders would ask for a ladder by the price lists that they have published, and who would arbitrate.',
  params: none,
  body: z.strictObject({ ladder: Ladder, seconds: z.number().min(0.001).max(86_400) }),
  reply: z.strictObject({
    /** How many have a price for all of it. */
    encoders: z.int(),
    /** The least, the middle and the most that any of them asks; null where none does. */
    asks: z.strictObject({ low: MilliHbd, median: MilliHbd, high: MilliHbd }).nullable(),
    /** The cheapest first; one that cannot be afforded within a ceiling accepts no offer of it. */
    arbiters: z.array(z.strictObject({ account: HiveAccount, fee: MilliHbd })).readonly(),
  }),
})

/** A week: nobody keeps money in an escrow for longer without having meant it. */
const longestWorkSeconds = 604_800

export const prepareOfferRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/community/offer',
  summary:
    "Get the operation that offers a job of the queue to the community, for its owner's wallet to sign with the posting key.",
  params: none,
  body: z.strictObject({
    job: EncodingJobId,
    /** Of 32 bytes that only the creator knows: its part of what is checked, told after the delivery. */
    saltHash: Sha256Hex,
    /** How long the work may take once bids are in; absent: as long as the video's length asks for. */
    workSeconds: z.int().min(60).max(longestWorkSeconds).optional(),
    /** The only one that is accepted; absent: any that the ceiling can pay. */
    arbiter: HiveAccount.optional(),
  }),
  reply: z.strictObject({
    operations: z.array(HiveOperation).readonly(),
    /** Whose wallet has to sign, and with which key. */
    signer: HiveAccount,
    role: z.literal('posting'),
    job: JobId,
    ceiling: MilliHbd,
    bidsUntil: ChainTime,
    deliverBy: ChainTime,
    arbiters: z.array(HiveAccount).readonly(),
    ladder: Ladder,
  }),
})
