import { parseHbd } from '#protocol/amount.ts'
import type { marketEncodersRoute } from '#protocol/api/market-encoders.ts'
import type { RequestOf } from '#protocol/client.ts'
import type { EncoderSearch } from './encoder-search.ts'

type Query = NonNullable<RequestOf<typeof marketEncodersRoute>['query']>

/** What the server is asked for. */
export function queryOf({
  order,
  codec,
  hwAccel,
  region,
  price,
  speed,
  present,
}: EncoderSearch): Query {
  return {
    limit: 50,
    ...(order && { order }),
    ...(codec && { codec }),
    ...(hwAccel && { hwAccel }),
    ...(region && { region }),
    ...(price !== undefined && { mostPerMinute: milliOf(String(price)) }),
    ...(speed !== undefined && { leastSpeed: Math.max(1, Math.round(speed * 1_000)) }),
    ...(present && { present: 'now' }),
  }
}

/** Milli-HBD of an amount with three decimals at the most. */
function milliOf(text: string): ReturnType<typeof parseHbd> {
  const [whole, part = ''] = text.split('.')
  return parseHbd(`${whole}.${part.padEnd(3, '0')} HBD`)
}
