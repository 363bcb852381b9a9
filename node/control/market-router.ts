import Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { openEventStream } from '#market/api/event-stream.ts'
import { bearerToken, localHostOnly } from '#market/api/middleware.ts'
import { mount } from '#market/api/mount.ts'
import type { MarketFeed } from '#market/services/market-feed.ts'
import type { TopicTraffic } from '#protocol/api/control.ts'
import { gossipRoute, marketEventsPath } from '#protocol/api/control.ts'
import { MarketEvent } from '#protocol/market-event.ts'

/** Bytes that wait for a reader. One that falls behind further is let go, and may come again. */
const backlogLimitBytes = 4 * 1024 * 1024

/** What a node sees of the market, for its owner. */
export function createMarketRouter(
  {
    feed,
    gossip,
  }: {
    readonly feed: Pick<MarketFeed, 'past' | 'watch'>
    readonly gossip: () => readonly TopicTraffic[]
  },
  token: string,
): Router {
  const router = new Router()
  router.use('/control', localHostOnly(), bearerToken(token))
  mount(router, gossipRoute, async () => ({ topics: [...gossip()] }))
  router.get(marketEventsPath, (context) => stream(context, feed))
  return router
}

/** What is remembered, then each new event, as server-sent events. */
function stream(context: Context, feed: Pick<MarketFeed, 'past' | 'watch'>): void {
  const events = openEventStream(context, backlogLimitBytes)
  const send = (event: MarketEvent): boolean => events.send({ data: z.encode(MarketEvent, event) })
  for (const event of feed.past()) send(event)
  const unwatch = feed.watch(send)
  events.gone.addEventListener('abort', unwatch, { once: true })
}
