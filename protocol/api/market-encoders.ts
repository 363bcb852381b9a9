import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { HwAccel } from '../encoder.ts'
import { BlockHeight, ChainTime, HiveAccount, PeerId } from '../ids.ts'
import { Codec } from '../recipe.ts'
import { Region } from '../registration.ts'
import { defineRoute } from '../route.ts'
import { noBody, none, pageOf, pageQuery, wholeNumber } from './paging.ts'

export const Price = z.strictObject({ rendition: z.string(), perMinute: MilliHbd })

const MarketEncoder = z.strictObject({
  account: HiveAccount,
  score: z.number(),
  low: z.number(),
  high: z.number(),
  deeds: z.int(),
  peer: PeerId,
  /** Where it says that it stands. */
  region: Region.nullable(),
  since: BlockHeight,
  updated: BlockHeight,
  /** Parts that it encodes side by side. */
  workers: z.int(),
  prices: z.array(Price).readonly(),
  /** For one minute of all of them. */
  pricePerMinute: MilliHbd,
  hwAccel: HwAccel,
  /** Thousandths of real time that it has measured of H.264; 0 where it has not. */
  speed: z.int(),
  capabilities: z
    .array(
      z.strictObject({
        codec: Codec,
        encoder: z.string(),
        hwAccel: HwAccel,
        maxResolution: z.string(),
        speed: z.int(),
      }),
    )
    .readonly(),
  /** What it says of itself now; null while it is not heard of. */
  presence: z.strictObject({ at: ChainTime, freeSlots: z.int() }).nullable(),
})
export type MarketEncoder = z.infer<typeof MarketEncoder>

export const marketEncodersRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/market/encoders',
  summary:
    'Encoders as the chain has registered them, with their prices, and whether they are there now.',
  params: none,
  query: z.strictObject({
    ...pageQuery,
    /** The best, the cheapest or the fastest first. */
    order: z.enum(['score', 'price', 'speed']).default('score'),
    codec: Codec.optional(),
    hwAccel: HwAccel.optional(),
    region: Region.optional(),
    /** The most, for one minute of the whole ladder. */
    mostPerMinute: MilliHbd.optional(),
    /** The least, in thousandths of real time. */
    leastSpeed: wholeNumber(1, 10_000_000).optional(),
    /** `now`: only who is there. */
    present: z.literal('now').optional(),
  }),
  body: noBody,
  reply: pageOf('encoders', MarketEncoder),
})
