import { z } from 'zod'
import { BlockHeight, ChainTime } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { Price } from './market-encoders.ts'
import { noBody, pageOf, pageQuery } from './paging.ts'
import { AccountParams } from './standing-role.ts'

export const priceHistoryRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/market/encoders/:account/prices',
  summary: 'The price lists that an encoder has had, the newest first, with their transactions.',
  params: AccountParams,
  query: z.strictObject(pageQuery),
  body: noBody,
  reply: pageOf(
    'lists',
    z.strictObject({
      height: BlockHeight,
      position: z.int(),
      time: ChainTime,
      transaction: z.string(),
      /** Null where it no longer offered to encode. */
      prices: z.array(Price).readonly().nullable(),
    }),
  ),
})
