import { PassThrough } from 'node:stream'
import Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { bearerToken, localHostOnly } from '#market/api/middleware.ts'
import { mount } from '#market/api/mount.ts'
import type { MarketFeed } from '#market/services/market-feed.ts'
import type { TopicTraffic } from '#protocol/api/control.ts'
import { gossipRoute, marketEventsPath } from '#protocol/api/control.ts'
import { MarketEvent } from '#protocol/market-event.ts'

const heartbeatMs = 15_000

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
  const body = new PassThrough()
  const write = (event: MarketEvent): void => {
    body.write(`data: ${JSON.stringify(z.encode(MarketEvent, event))}\n\n`)
    if (body.writableLength > backlogLimitBytes) body.destroy()
  }
  for (const event of feed.past()) write(event)
  const unwatch = feed.watch(write)
  const heartbeat = setInterval(() => body.write(': still here\n\n'), heartbeatMs)
  context.res.once('close', () => {
    clearInterval(heartbeat)
    unwatch()
    body.end()
  })
  context.type = 'text/event-stream'
  context.set('cache-control', 'no-cache')
  context.body = body
}
