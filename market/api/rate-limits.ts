import type { Context, Middleware } from 'koa'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { HiveAccount } from '#protocol/ids.ts'
import { MarketError } from '../errors.ts'
import type { RateLimit } from '../ports/rate-limit.ts'
import { noteCaller } from './mount.ts'

/**
 * What guards accounts is counted by all processes of an indexer together: another process is no second chance to guess. What guards
 * a process is counted by it alone: the load of another is not its own, and a count in the database would cost every request a write.
 */
export type RateLimits = {
  readonly address: RateLimit
  readonly account: RateLimit
  /** Of all processes together: for what costs more than others, such as signing in, and for tokens that are nobody's: of an address. */
  readonly costly: RateLimit
}

export const usualRateLimits: RateLimits = {
  address: { requests: 600, seconds: 60 },
  account: { requests: 1_200, seconds: 60 },
  costly: { requests: 30, seconds: 60 },
}

type Who = {
  /** Whose token a header carries; null for nobody's. */
  readonly accountOf: (authorization: string) => Promise<HiveAccount | null>
  readonly isCostly: (context: Context) => boolean
  /** Makes a count that all processes of an indexer share. */
  readonly shared: (name: string, limit: RateLimit) => RateLimiterAbstract
}

/**
 * Finds out who is signed in, and counts requests: by account where somebody is, else by address (of IPv6 by its network of 64 bits, which one
 * person has). Tokens that are nobody's count as costly, and where too many were tried none is looked up any more. Every answer tells
 * what is left (`RateLimit-*`); throws `rate-limited` with `Retry-After` where nothing is.
 */
export function limitRates({ address, account, costly }: RateLimits, who: Who): Middleware {
  const make = ({ requests, seconds }: RateLimit) =>
    new RateLimiterMemory({ points: requests, duration: seconds })
  const limiters = { address: make(address), account: make(account) }
  const signIns = who.shared('sign-in', costly)
  const guesses = who.shared('guess', costly)
  /** Those who have guessed too often: known here, so that nothing is asked for them. */
  const stopped = make(costly)
  return async (context, next) => {
    const from = networkOf(context.ip)
    const authorization = context.get('authorization')
    let caller: HiveAccount | null = null
    if (authorization !== '') {
      await requireLeft(context, stopped, from)
      caller = await who.accountOf(authorization)
      if (caller) noteCaller(context, caller)
      else await takeGuess(context, { guesses, stopped }, from)
    }
    if (who.isCostly(context)) await take(context, signIns, from)
    else if (caller) await take(context, limiters.account, caller)
    else await take(context, limiters.address, from)
    await next()
  }
}

/** Throws `rate-limited` where nothing is left, and takes nothing. */
async function requireLeft(
  context: Context,
  limiter: RateLimiterMemory,
  key: string,
): Promise<void> {
  const state = await limiter.get(key)
  if (!state || state.consumedPoints <= limiter.points) return
  tell(context, limiter, state)
  throw tooMany(context, Math.ceil(state.msBeforeNext / 1_000))
}

type Guesses = { readonly guesses: RateLimiterAbstract; readonly stopped: RateLimiterMemory }

async function takeGuess(
  context: Context,
  { guesses, stopped }: Guesses,
  from: string,
): Promise<void> {
  try {
    tell(context, guesses, await guesses.consume(from))
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    const seconds = Math.ceil(error.msBeforeNext / 1_000)
    await stopped.block(from, seconds)
    tell(context, guesses, error)
    throw tooMany(context, seconds)
  }
}

async function take(context: Context, limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    tell(context, limiter, await limiter.consume(key))
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    tell(context, limiter, error)
    throw tooMany(context, Math.ceil(error.msBeforeNext / 1_000))
  }
}

function tell(context: Context, { points }: RateLimiterAbstract, state: RateLimiterRes): void {
  context.set('ratelimit-limit', String(points))
  context.set('ratelimit-remaining', String(state.remainingPoints))
  context.set('ratelimit-reset', String(Math.ceil(state.msBeforeNext / 1_000)))
}

function tooMany(context: Context, seconds: number): MarketError {
  context.set('retry-after', String(seconds))
  return new MarketError('rate-limited', `Too many requests; try again in ${seconds} s.`)
}

function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:/, '')
  return plain.includes(':') ? plain.split(':').slice(0, 4).join(':') : plain
}
