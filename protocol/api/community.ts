import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { Bid } from '../bid.ts'
import { envelopeOf } from '../envelope.ts'
import { HiveAccount, JobId } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { HiveOperation } from '../transaction.ts'
import { noBody, none } from './paging.ts'

export const bidRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/community/bid',
  summary: 'Hand in a bid for an offer on the chain, signed by the encoder as gossip carries it.',
  params: none,
  body: envelopeOf(Bid),
  reply: z.strictObject({ job: JobId, encoder: HiveAccount }),
})

export const bidsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/community/bids/:job',
  summary: 'Live bids for an offer, the cheapest first.',
  params: z.strictObject({ job: JobId }),
  body: noBody,
  reply: z.strictObject({ bids: z.array(Bid).readonly() }),
})

export const acceptRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/community/accept',
  summary:
    "Get the operations that award the offer to a bid, for the creator's wallet to sign with the active key.",
  params: none,
  body: z.strictObject({
    job: JobId,
    encoder: HiveAccount,
    /** One that offer and bid both accept; absent: the first such. */
    arbiter: HiveAccount.optional(),
  }),
  reply: z.strictObject({
    operations: z.array(HiveOperation).readonly(),
    /** Whose wallet has to sign, and with which key. */
    signer: HiveAccount,
    role: z.literal('active'),
    price: MilliHbd,
    fee: MilliHbd,
    arbiter: HiveAccount,
  }),
})
