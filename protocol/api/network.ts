import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { ChainTime } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { At } from './at.ts'
import { noBody, none, wholeNumber } from './paging.ts'

export const networkRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/network',
  summary: 'What escrows hold, what was paid day by day, and the median price of the last days.',
  params: none,
  query: z.strictObject({ days: wholeNumber(1, 365).default(30) }),
  body: noBody,
  reply: z.strictObject({
    at: At.nullable(),
    held: MilliHbd,
    days: z
      .array(
        z.strictObject({
          day: z.int(),
          acceptedJobs: z.int(),
          escrowed: MilliHbd,
          paid: MilliHbd,
          returned: MilliHbd,
        }),
      )
      .readonly(),
    medianPrice: MilliHbd.nullable(),
    medianPricePerMinute: MilliHbd.nullable(),
    /** Accounts that say they are there. */
    present: z.int(),
    /** Since the time of that block: irreversibility, about a minute, is part of it. */
    lagSeconds: z.int().nullable(),
    /** That this server is connected to. */
    peers: z.int(),
  }),
})

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
