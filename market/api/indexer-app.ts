import cors from '@koa/cors'
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import Koa from 'koa'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { descriptionRoute } from '#protocol/api/health.ts'
import type { RateLimit } from '../ports/rate-limit.ts'
import { mount } from './mount.ts'
import { describeApi } from './open-api.ts'
import type { RequestFacts } from './page-frame.ts'
import { identify, securityHeaders } from './page-frame.ts'
import { problemResponses } from './problems.ts'
import type { RateLimits } from './rate-limits.ts'
import { limitRates } from './rate-limits.ts'
import { rights } from './rights.ts'
import type { AgentRouteDeps } from './routes/agent-routes.ts'
import { mountAgentRoutes } from './routes/agent-routes.ts'
import type { AuditRouteDeps } from './routes/audit-routes.ts'
import { mountAuditRoute } from './routes/audit-routes.ts'
import type { BrowserRouteDeps } from './routes/browser-routes.ts'
import { mountBrowserRoutes } from './routes/browser-routes.ts'
import type { ChainRouteDeps } from './routes/chain-routes.ts'
import { mountChainRoutes } from './routes/chain-routes.ts'
import type { CommunityRouteDeps } from './routes/community-routes.ts'
import { mountBidsRoute, mountCommunityRoutes } from './routes/community-routes.ts'
import type { EncoderRouteDeps } from './routes/encoder-routes.ts'
import { mountEncoderRoutes } from './routes/encoder-routes.ts'
import type { EventRouteDeps } from './routes/event-routes.ts'
import { mountEventRoutes } from './routes/event-routes.ts'
import type { HealthDeps } from './routes/health-routes.ts'
import { mountHealthRoutes } from './routes/health-routes.ts'
import type { HistoryRouteDeps, ScoreRouteDeps } from './routes/history-routes.ts'
import { mountHistoryRoute, mountScoreRoutes } from './routes/history-routes.ts'
import type { JobRouteDeps } from './routes/job-routes.ts'
import { mountJobRoutes } from './routes/job-routes.ts'
import type { MarketRouteDeps } from './routes/market-routes.ts'
import { mountMarketRoutes } from './routes/market-routes.ts'
import type { PostingRouteDeps } from './routes/posting-routes.ts'
import { mountPostingRoutes } from './routes/posting-routes.ts'
import type { RecordRouteDeps } from './routes/record-routes.ts'
import { mountRecordRoutes } from './routes/record-routes.ts'
import type { SessionRouteDeps } from './routes/session-routes.ts'
import { mountSessionRoutes } from './routes/session-routes.ts'
import { mountSettingsRoutes } from './routes/settings-routes.ts'
import type { SiteRouteDeps } from './routes/site-routes.ts'
import { mountSiteRoutes } from './routes/site-routes.ts'
import type { WebhookRouteDeps } from './routes/webhook-routes.ts'
import { mountWebhookRoute } from './routes/webhook-routes.ts'

export type IndexerAppDeps = JobRouteDeps &
  EncoderRouteDeps &
  AgentRouteDeps &
  BrowserRouteDeps &
  SessionRouteDeps &
  EventRouteDeps &
  CommunityRouteDeps &
  PostingRouteDeps &
  SiteRouteDeps &
  ChainRouteDeps &
  ScoreRouteDeps &
  HistoryRouteDeps &
  MarketRouteDeps &
  RecordRouteDeps &
  WebhookRouteDeps &
  AuditRouteDeps &
  HealthDeps & {
    readonly sharedLimiter: (name: string, limit: RateLimit) => RateLimiterAbstract
    /** Other routers, served under the same roof: gateway, uploads, metrics, the page of the API. */
    readonly routers: readonly Router[]
    /** What is served where none of these answers; absent for no pages. */
    readonly pages?: Middleware
    readonly log: {
      readonly request: (facts: RequestFacts) => void
      readonly bug: (error: unknown, request: string) => void
    }
  }

export type IndexerAppOptions = {
  readonly version: string
  /** Origins of pages, besides the server's own, that may call the API. */
  readonly origins: readonly string[]
  /** True where a proxy in front says whose request it is (`X-Forwarded-For`). */
  readonly isProxied: boolean
  readonly rateLimits: RateLimits
}

/** The whole HTTP face of an indexer. */
export function createIndexerApp(deps: IndexerAppDeps, options: IndexerAppOptions): Koa {
  const app = new Koa({ proxy: options.isProxied })
  const ids = new WeakMap<object, string>()
  // Clients that went away in the middle of an answer: that is their right.
  app.on('error', () => undefined)
  app.use(identify(ids, deps.log.request))
  app.use(securityHeaders(deps.webSocketAddresses))
  app.use(problemResponses(deps.log.bug, (context) => ids.get(context) ?? ''))
  app.use(forApi(allowOrigins(options.origins)))
  app.use(
    whereCounted(
      limitRates(options.rateLimits, {
        accountOf: deps.sessions.accountOf,
        shared: deps.sharedLimiter,
        isCostly: isSigningIn,
      }),
    ),
  )
  const router = new Router()
  mountHealthRoutes(router, deps)
  mountJobRoutes(router, deps)
  mountEncoderRoutes(router, deps)
  mountAgentRoutes(router, deps)
  mountBrowserRoutes(router, deps)
  mountSettingsRoutes(router, deps)
  mountSessionRoutes(router, deps)
  mountEventRoutes(router, deps)
  mountBidsRoute(router, deps)
  mountCommunityRoutes(router, deps)
  mountPostingRoutes(router, deps)
  mountSiteRoutes(router, deps)
  mountChainRoutes(router, deps)
  mountScoreRoutes(router, deps)
  mountHistoryRoute(router, deps)
  mountMarketRoutes(router, deps)
  mountRecordRoutes(router, deps)
  mountWebhookRoute(router, deps)
  mountAuditRoute(router, deps)
  const document = describeApi([...rights.keys()], options.version)
  mount(router, descriptionRoute, async () => document)
  for (const each of [router, ...deps.routers]) app.use(each.routes()).use(each.allowedMethods())
  if (deps.pages) app.use(deps.pages)
  return app
}

/** Content is open to every page (the gateway says so itself); the API only to those that are named. */
function allowOrigins(origins: readonly string[]): Middleware {
  return cors({
    origin: (context) => {
      const origin = context.get('origin')
      return origins.includes(origin) ? origin : ''
    },
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: ['x-request-id', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
    maxAge: 600,
  })
}

function forApi(middleware: Middleware): Middleware {
  return async (context, next) =>
    context.path.startsWith('/api/') ? await middleware(context, next) : await next()
}

/** What asks the database; content and pages come from the disk, and `/health/live` from nowhere. */
const countedPaths = new Set(['/metrics', '/health', '/health/ready'])

function whereCounted(middleware: Middleware): Middleware {
  return async (context, next) =>
    context.path.startsWith('/api/') || countedPaths.has(context.path)
      ? await middleware(context, next)
      : await next()
}

function isSigningIn({ path, method }: Context): boolean {
  return method === 'POST' && path.startsWith('/api/encoding/sessions')
}
