import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { ChainTime } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { At } from './chain.ts'
import { noBody, none, wholeNumber } from './paging.ts'

/** What the market was like in one stretch of time. */
const SeriesBucket = z.strictObject({
  start: ChainTime,
  acceptedJobs: z.int(),
  deliveredJobs: z.int(),
  /** How long the videos of the delivered jobs are, together. */
  videoSeconds: z.number(),
  escrowed: MilliHbd,
  paid: MilliHbd,
  returned: MilliHbd,
  medianPrice: MilliHbd.nullable(),
  medianPricePerMinute: MilliHbd.nullable(),
  /** From a job's acceptance to its delivery: of half of the deliveries at the most, and of nine in ten. */
  medianDeliverySeconds: z.int().nullable(),
  slowDeliverySeconds: z.int().nullable(),
})
export type SeriesBucket = z.infer<typeof SeriesBucket>

export const seriesRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/network/series',
  summary:
    'Jobs, money, prices and times of delivery by hour or day, up to the last block; a stretch in which nothing happened is there too.',
  params: none,
  query: z.strictObject({
    bucket: z.enum(['hour', 'day']).default('day'),
    count: wholeNumber(1, 400).default(30),
  }),
  body: noBody,
  reply: z.strictObject({ at: At.nullable(), buckets: z.array(SeriesBucket).readonly() }),
})
