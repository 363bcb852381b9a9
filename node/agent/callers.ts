import { timingSafeEqual } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { MarketError } from '#market/errors.ts'
import { hiveUserHeader } from '#protocol/api/desktop.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { sha256 } from '../sha256.ts'
import { visitorOf } from './door.ts'
import type { PageKeys } from './page-keys.ts'
import type { Pairing } from './pairing.ts'

/** Who may do what behind the door. */
export type Guards = {
  /** How the agent does: paired pages, and whoever is no page. */
  readonly mayLook: Middleware
  /** Jobs: paired pages and the owner. */
  readonly mayWork: Middleware
  /** Asking to be paired: pages of named origins. */
  readonly mayAsk: Middleware
  /** Everything else: the owner, by the token of the data directory or from the agent's own page. */
  readonly isOwner: Middleware
  /** Jobs are claimed for the node's own account. */
  readonly namesAccount: Middleware
}

export type GuardDeps = {
  readonly account: HiveAccount
  readonly pairing: Pick<Pairing, 'sessionOf'>
  readonly pageKeys: Pick<PageKeys, 'isToken'>
  /** Of the data directory. */
  readonly ownerToken: string
}

export type RateLimit = { readonly requests: number; readonly seconds: number }

/** Of one origin, or of all programs together. */
export const usualAgentLimits = {
  requests: { requests: 300, seconds: 60 },
  asking: { requests: 12, seconds: 60 },
  wrongTokens: { requests: 20, seconds: 60 },
} as const satisfies Record<string, RateLimit>
export type AgentLimits = Readonly<Record<keyof typeof usualAgentLimits, RateLimit>>

const bearer = /^Bearer ([0-9a-f]{64})$/

/** What a caller is remembered by while it works on a job: nothing that its token could be told from. */
export function callerKey(authorization: string): string {
  return bytesToHex(sha256(utf8(authorization))).slice(0, 16)
}

export function createGuards(deps: GuardDeps, limits: AgentLimits): Guards {
  const wrong = limiterOf(limits.wrongTokens)
  const asking = limiterOf(limits.asking)

  const isOwn = (context: Context): boolean => {
    const token = tokenOf(context)
    if (token === null || visitorOf(context).type === 'page') return false
    if (visitorOf(context).type === 'own-page') return deps.pageKeys.isToken(token)
    return isSame(token, deps.ownerToken)
  }
  const isPaired = (context: Context): boolean => {
    const visitor = visitorOf(context)
    const token = tokenOf(context)
    return (
      visitor.type === 'page' &&
      token !== null &&
      deps.pairing.sessionOf(token, visitor.origin) !== null
    )
  }
  const allow =
    (isAllowed: (context: Context) => boolean): Middleware =>
    async (context, next) => {
      await requireLeft(wrong, context)
      if (!isAllowed(context)) {
        if (context.get('authorization') !== '') await take(wrong, context)
        throw new MarketError(
          'unauthorized',
          'This takes a token: pair this page with the agent first.',
        )
      }
      await next()
    }

  return {
    mayLook: allow(
      (context) => visitorOf(context).type === 'program' || isPaired(context) || isOwn(context),
    ),
    mayWork: allow((context) => isPaired(context) || isOwn(context)),
    isOwner: allow(isOwn),
    mayAsk: async (context, next) => {
      if (visitorOf(context).type !== 'page')
        throw new MarketError('forbidden', 'Only pages are paired.')
      if (context.path !== '/pairing/answer') await take(asking, context)
      await next()
    },
    namesAccount: async (context, next) => {
      const named = context.get(hiveUserHeader)
      if (named === '')
        throw new MarketError('request-invalid', 'X-Hive-User says for whom the job is claimed.')
      if (named !== deps.account)
        throw new MarketError('forbidden', 'This agent works for its own account only.')
      await next()
    },
  }
}

/** Counts the requests of each origin, and those of all programs together. */
export function limitVisits(limit: RateLimit): Middleware {
  const limiter = limiterOf(limit)
  return async (context, next) => {
    await take(limiter, context)
    await next()
  }
}

function limiterOf({ requests, seconds }: RateLimit): RateLimiterMemory {
  return new RateLimiterMemory({ points: requests, duration: seconds })
}

function keyOf(context: Context): string {
  const visitor = visitorOf(context)
  return visitor.type === 'page' ? visitor.origin : visitor.type
}

async function take(limiter: RateLimiterMemory, context: Context): Promise<void> {
  try {
    await limiter.consume(keyOf(context))
  } catch (error) {
    if (error instanceof RateLimiterRes) throw tooMany(context, error)
    throw error
  }
}

/** Throws `rate-limited` where nothing is left, and takes nothing. */
async function requireLeft(limiter: RateLimiterMemory, context: Context): Promise<void> {
  const state = await limiter.get(keyOf(context))
  if (state && state.consumedPoints >= limiter.points) throw tooMany(context, state)
}

function tooMany(context: Context, { msBeforeNext }: RateLimiterRes): MarketError {
  const seconds = Math.ceil(msBeforeNext / 1_000)
  context.set('retry-after', String(seconds))
  return new MarketError('rate-limited', `Too many requests; try again in ${seconds} s.`)
}

function tokenOf(context: Context): string | null {
  return bearer.exec(context.get('authorization'))?.[1] ?? null
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right))
}
