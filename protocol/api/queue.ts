import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { noBody, none } from './paging.ts'

const TierDepth = z.strictObject({
  queued: z.int(),
  resting: z.int(),
  leased: z.int(),
  oldestQueuedSeconds: z.number().nullable(),
})

export const queueRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/queue',
  summary: 'How many jobs wait and are worked on, by tier.',
  params: none,
  body: noBody,
  reply: z.strictObject({
    tiers: z.strictObject({ agent: TierDepth, browser: TierDepth, community: TierDepth }),
    leasesLostLastHour: z.int(),
  }),
})
