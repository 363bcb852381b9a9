import { z } from 'zod'
import { ChainTime, HiveAccount } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { noBody, none, pageOf, pageQuery } from './paging.ts'
import { Score, StandingRole } from './standing-role.ts'

export const accountsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/accounts',
  summary:
    'Everybody in a role: the best standing first, or by name, or who was active last. `search` is what a name begins with.',
  params: none,
  query: z.strictObject({
    ...pageQuery,
    role: StandingRole.default('encoder'),
    sort: z.enum(['score', 'account', 'active']).default('score'),
    search: z
      .string()
      .regex(/^[a-z0-9.-]{1,16}$/, 'no name begins so')
      .optional(),
  }),
  body: noBody,
  reply: pageOf(
    'accounts',
    z.strictObject({
      account: HiveAccount,
      ...Score,
      deeds: z.int(),
      isRegistered: z.boolean(),
      /** All in which it stands. */
      roles: z.array(StandingRole).readonly(),
      /** When something last changed its record or its registration. */
      activeTime: ChainTime,
    }),
  ),
})
