import Router from '@koa/router'
import type { Middleware } from 'koa'
import Koa from 'koa'
import { descriptionRoute } from '#protocol/api/health.ts'
import type { Route } from '#protocol/route.ts'
import { MarketError } from '../errors.ts'
import type { ChainQueries } from '../ports/chain-queries.ts'
import type { LiveMarket } from '../ports/live-market.ts'
import { localHostOnly } from './middleware.ts'
import { mount } from './mount.ts'
import { describeApi } from './open-api.ts'
import type { RequestFacts } from './page-frame.ts'
import { identify, securityHeaders } from './page-frame.ts'
import { problemResponses } from './problems.ts'
import { rights } from './rights.ts'
import type { ChainRouteDeps } from './routes/chain-routes.ts'
import { mountChainRoutes } from './routes/chain-routes.ts'
import type { BidsRouteDeps } from './routes/community-routes.ts'
import { mountBidsRoute } from './routes/community-routes.ts'
import type { HealthDeps } from './routes/health-routes.ts'
import { mountHealthRoutes } from './routes/health-routes.ts'
import { mountScoreRoutes } from './routes/history-routes.ts'
import { mountAllJobsRoute } from './routes/job-routes.ts'
import { mountMarketRoutes } from './routes/market-routes.ts'
import type { RecordRouteDeps } from './routes/record-routes.ts'
import { mountRecordRoutes } from './routes/record-routes.ts'
import type { SiteRouteDeps } from './routes/site-routes.ts'
import { mountReadOnlySite } from './routes/site-routes.ts'

export type ReadingAppDeps = ChainRouteDeps &
  BidsRouteDeps &
  RecordRouteDeps &
  HealthDeps &
  Pick<SiteRouteDeps, 'site' | 'webSocketAddresses'> & {
    readonly chain: Omit<ChainQueries, 'history'>
    readonly live: LiveMarket
    /** Other routers, served under the same roof. */
    readonly routers: readonly Router[]
    readonly pages: Middleware
    readonly log: {
      readonly request: (facts: RequestFacts) => void
      readonly bug: (error: unknown, request: string) => void
    }
  }

/**
 * The market as one node knows it, for its own machine: those of the routes that follow from the chain and from gossip, answered as an
 * indexer answers them. Every other route says that it is not served here.
 */
export function createReadingApp(deps: ReadingAppDeps, { version }: { version: string }): Koa {
  const app = new Koa()
  const ids = new WeakMap<object, string>()
  // Clients that went away in the middle of an answer: that is their right.
  app.on('error', () => undefined)
  app.use(identify(ids, deps.log.request))
  app.use(securityHeaders(deps.webSocketAddresses))
  app.use(problemResponses(deps.log.bug, (context) => ids.get(context) ?? ''))
  app.use(localHostOnly())
  const router = new Router()
  mountHealthRoutes(router, deps)
  mountReadOnlySite(router, deps)
  mountChainRoutes(router, deps)
  mountScoreRoutes(router, deps)
  mountBidsRoute(router, deps)
  mountRecordRoutes(router, deps)
  const { chain, live } = deps
  mountMarketRoutes(router, { chain, live, queueOfMarket: noQueue })
  mountAllJobsRoute(router, { chain, live, scheduler: noQueue, queueOfMarket: noQueue })
  const isServed = isServedBy(router)
  const served = [...rights.keys()].filter((route) => route === descriptionRoute || isServed(route))
  const document = describeApi(served, version)
  mount(router, descriptionRoute, async () => document)
  for (const route of [...rights.keys()].filter((each) => !served.includes(each)))
    router.register(route.path, [route.method], refuse)
  for (const each of [router, ...deps.routers]) app.use(each.routes()).use(each.allowedMethods())
  app.use(deps.pages)
  return app
}

/** What a node knows of no queue: there is none here. */
const noQueue = {
  list: async () => ({ jobs: [], next: null }),
  namesOf: async () => new Map<never, never>(),
}

function isServedBy({ stack }: Router): (route: Route) => boolean {
  return ({ path, method }) =>
    stack.some((each) => each.path === path && each.methods.includes(method))
}

function refuse(): never {
  throw new MarketError(
    'read-only',
    'This node shows the market and changes nothing in it, and has no queue: post jobs at an indexer, or with `spk-encoder job post`.',
  )
}
