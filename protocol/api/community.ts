import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { Bid } from '../bid.ts'
import { JobEvidence } from '../dispute.ts'
import { envelopeOf } from '../envelope.ts'
import { HiveAccount, JobId } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { HiveOperation } from '../transaction.ts'
import { BidView, SealView } from './bid-view.ts'
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
  summary:
    'Live bids for an offer, the cheapest first; and the same as a creator without wishes of its own would rank them, with what each rank follows from.',
  params: z.strictObject({ job: JobId }),
  body: noBody,
  reply: z.strictObject({
    bids: z.array(Bid).readonly(),
    /** Those that cannot win last. Empty while nobody has the offer. */
    ranking: z.array(BidView).readonly(),
    /** Those that are not open: sealed until a time that the offer says, or never opened. */
    sealed: z.array(SealView).readonly(),
  }),
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

/**
 * What a party of a job may do about it: the creator withdraws its offer before the award; of an escrow the creator pays all that it holds
 * (`release`), the encoder gives it back (`refund`), or either calls the arbiter; each says what it has to say of that once (`explain`); after
 * the escrow's end the encoder takes what it has earned (`collect`), or the creator what was not (`reclaim`).
 */
export const SettlingAct = z.enum([
  'withdraw',
  'release',
  'refund',
  'dispute',
  'explain',
  'collect',
  'reclaim',
])
export type SettlingAct = z.infer<typeof SettlingAct>

export const settleRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/community/settle',
  summary:
    "Get the operations by which a party of a job withdraws its offer, settles its escrow, calls the arbiter, or says what is to be known of a dispute, for the caller's wallet to sign.",
  params: none,
  body: z.strictObject({
    job: JobId,
    act: SettlingAct,
    /** Of a dispute: why, for its arbiter and everybody to read. */
    statement: JobEvidence.pick({ text: true, evidence: true }).optional(),
  }),
  reply: z.strictObject({
    operations: z.array(HiveOperation).readonly(),
    signer: HiveAccount,
    /** Of the key that has to sign. */
    role: z.enum(['posting', 'active']),
    /** What the escrow still holds. */
    amount: MilliHbd,
    arbiter: HiveAccount.nullable(),
  }),
})
