import { z } from 'zod'
import { HiveAccount } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { At } from './at.ts'
import { noBody } from './paging.ts'
import { AccountParams, Score, StandingRole } from './standing-role.ts'

/** What the chain says. Whole numbers that may be larger than a float can hold travel as texts. */

export const Whole = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: String,
})

export const reputationRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/reputation/:account',
  summary: 'How an account stands in each role, from 0 to 1000, and what that is made of.',
  params: AccountParams,
  body: noBody,
  reply: z.strictObject({
    account: HiveAccount,
    at: At.nullable(),
    scores: z
      .array(
        z.strictObject({
          role: StandingRole,
          ...Score,
          /** Nano-HBD of good work and of faults, as they have faded by then. */
          credit: Whole,
          faults: Whole,
          deeds: z.int(),
          marks: z.record(z.string(), z.int()),
        }),
      )
      .readonly(),
  }),
})
