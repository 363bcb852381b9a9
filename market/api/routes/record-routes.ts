import type Router from '@koa/router'
import type { z } from 'zod'
import { milliHbd } from '#protocol/amount.ts'
import { earningsRoute } from '#protocol/api/earnings.ts'
import type { MarketEncoder as EncoderView } from '#protocol/api/market-encoders.ts'
import { marketEncodersRoute } from '#protocol/api/market-encoders.ts'
import { seriesRoute } from '#protocol/api/network.ts'
import { priceHistoryRoute } from '#protocol/api/price-history.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import type { MarketEncoder, MarketRecords, SeriesBucket } from '../../ports/market-records.ts'
import { mount } from '../mount.ts'

export type RecordRouteDeps = {
  readonly records: MarketRecords
  readonly live: Pick<LiveMarket, 'present'>
  readonly now: () => number
}

const secondsOf = { hour: 3_600, day: 86_400 } as const

/** What can be read of the market's past, and of who works in it. */
export function mountRecordRoutes(router: Router, { records, live, now }: RecordRouteDeps): void {
  mount(router, seriesRoute, async ({ query: { bucket, count } }) => {
    const question = { bucketSeconds: secondsOf[bucket], buckets: count }
    const { at, buckets } = await records.series(question)
    return { at, buckets: buckets.map(viewBucket) }
  })
  mount(router, marketEncodersRoute, async ({ query }) => {
    const { cursor, limit, present, ...question } = query
    const isPresent = present === 'now' ? { presentAt: new Date(now()) } : {}
    const page = await records.encoders({ ...question, ...isPresent }, { after: cursor, limit })
    const heard = await live.present(page.rows.map(({ account }) => account))
    const presences = new Map(heard.map((presence) => [presence.account, presence]))
    const encoders = page.rows.map((row) => {
      const { at, freeSlots } = presences.get(row.account) ?? {}
      const presence = at === undefined || freeSlots === undefined ? null : { at, freeSlots }
      return { ...viewEncoder(row), presence }
    })
    return { encoders, next: page.next }
  })
  mount(router, priceHistoryRoute, async ({ params, query: { cursor, limit } }) => {
    const { rows, next } = await records.prices(params.account, { after: cursor, limit })
    return { lists: rows, next }
  })
  mount(router, earningsRoute, async ({ params: { account }, query }) => {
    const { cursor, limit, ...filters } = query
    const question = { account, ...filters }
    const [{ rows, next }, sums] = await Promise.all([
      records.receipts(question, { after: cursor, limit }),
      cursor === undefined ? records.received(question) : null,
    ])
    const totals = sums && {
      encoder: milliHbd(sums.encoder),
      arbiter: milliHbd(sums.arbiter),
      creator: milliHbd(sums.creator),
    }
    return { account, totals, earnings: rows.map(({ account: _account, ...row }) => row), next }
  })
}

type BucketView = z.output<typeof seriesRoute.reply>['buckets'][number]

function viewBucket(bucket: SeriesBucket): BucketView {
  const { start, escrowed, paid, returned, medianPrice, medianPricePerMinute } = bucket
  return {
    ...bucket,
    start: ChainTime.parse(start),
    escrowed: milliHbd(escrowed),
    paid: milliHbd(paid),
    returned: milliHbd(returned),
    medianPrice: medianPrice === null ? null : milliHbd(medianPrice),
    medianPricePerMinute: medianPricePerMinute === null ? null : milliHbd(medianPricePerMinute),
  }
}

function viewEncoder(encoder: MarketEncoder): Omit<EncoderView, 'presence'> {
  const { account, score, low, high, deeds, node, pricePerMinute, speed } = encoder
  const { workers = 1, prices = [], hwAccel = 'none', capabilities = [] } = node.encoder ?? {}
  return {
    ...{ account, score, low, high, deeds, speed },
    ...{ peer: node.peer, region: node.region ?? null },
    ...{ since: node.since, updated: node.updated },
    ...{ workers, prices, hwAccel, pricePerMinute: milliHbd(pricePerMinute) },
    capabilities: capabilities.map(({ proof: _proof, ...rest }) => rest),
  }
}
