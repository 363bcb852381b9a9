import { z } from 'zod'
import { HiveAccount } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { noBody, none } from './paging.ts'

export const siteRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/site',
  summary:
    'Which chain this server follows, and what it serves of the market, and whether it signs for play accounts.',
  params: none,
  body: noBody,
  reply: z.strictObject({
    chain: z.string(),
    chainId: z.string(),
    /** Id of the market's custom_json. */
    operationId: z.string(),
    /** True where its money can buy something. */
    isReal: z.boolean(),
    /** True where the server shows the market and changes nothing in it: a node's own pages. */
    isReadOnly: z.boolean(),
    /** Accounts of the development chain, whose keys everybody knows, that this server signs for; null everywhere else. */
    developmentSigner: z.strictObject({ accounts: z.array(HiveAccount).readonly() }).nullable(),
  }),
})
