import { z } from 'zod'
import { Signature } from '../envelope.ts'
import { HiveAccount, TransactionId } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { HiveOperation } from '../transaction.ts'
import { none } from './paging.ts'

/** What a server of a development chain signs for its play accounts. */

export const developmentSignatureRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/development/signatures',
  summary: 'Development chain only: have a text signed with the posting key of a play account.',
  params: none,
  body: z.strictObject({ account: HiveAccount, message: z.string().max(2_000) }),
  reply: z.strictObject({ signature: Signature }),
})

export const developmentTransactionRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/development/transactions',
  summary:
    'Development chain only: have operations signed with a key of a play account, and broadcast.',
  params: none,
  body: z.strictObject({
    account: HiveAccount,
    role: z.enum(['posting', 'active']),
    operations: z.array(HiveOperation).min(1).max(16).readonly(),
  }),
  reply: z.strictObject({ transaction: TransactionId }),
})
