import { randomUUID } from 'node:crypto'
import cors from '@koa/cors'
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import Koa from 'koa'
import helmet from 'koa-helmet'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { descriptionRoute } from '#protocol/api/health.ts'
import type { RateLimit } from '../ports/rate-limit.ts'
import { mount } from './mount.ts'
import { describeApi } from './open-api.ts'
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
import { mountCommunityRoutes } from './routes/community-routes.ts'
import type { EncoderRouteDeps } from './routes/encoder-routes.ts'
import { mountEncoderRoutes } from './routes/encoder-routes.ts'
import type { EventRouteDeps } from './routes/event-routes.ts'
import { mountEventRoutes } from './routes/event-routes.ts'
import type { HealthDeps } from './routes/health-routes.ts'
import { mountHealthRoutes } from './routes/health-routes.ts'
import { mountHistoryRoutes } from './routes/history-routes.ts'
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

type RequestFacts = {
  readonly request: string
  readonly method: string
  readonly path: string
  /** The pattern that it matched, or `none`. */
  readonly route: string
  readonly status: number
  readonly milliseconds: number
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
  app.use(securityHeaders())
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
  mountCommunityRoutes(router, deps)
  mountPostingRoutes(router, deps)
  mountSiteRoutes(router, deps)
  mountChainRoutes(router, deps)
  mountHistoryRoutes(router, deps)
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

function identify(ids: WeakMap<object, string>, log: (facts: RequestFacts) => void): Middleware {
  return async (context, next) => {
    const request = randomUUID()
    ids.set(context, request)
    context.set('x-request-id', request)
    const began = performance.now()
    await next()
    const { method, path, status } = context
    const route = String(context['_matchedRoute'] ?? 'none')
    log({
      request,
      method,
      path,
      route,
      status,
      milliseconds: Math.round(performance.now() - began),
    })
  }
}

/** Pages of this server load nothing from elsewhere; blobs are what players make of segments. */
function securityHeaders(): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The encoder of the sound, where a browser lacks one, is WebAssembly.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        // A page finds its user's own desktop agent here.
        connectSrc: ["'self'", 'http://127.0.0.1:3002'],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        // The page of the API styles its elements one by one.
        styleSrc: ["'self'", "'unsafe-inline'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: false,
  })
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
