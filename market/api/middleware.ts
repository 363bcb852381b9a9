import { timingSafeEqual } from 'node:crypto'
import type { Middleware } from 'koa'
import { MarketError, marketErrors } from '../errors.ts'

/** Answers every error in one form; what is not a MarketError is a bug and is told to `onBug`, not to the client. */
export function errorResponses(onBug: (error: unknown) => void): Middleware {
  return async (context, next) => {
    try {
      await next()
    } catch (error) {
      if (error instanceof MarketError) {
        context.status = marketErrors[error.code].status
        context.body = { code: error.code, message: error.message }
        return
      }
      onBug(error)
      context.status = 500
      context.body = {
        code: 'internal',
        message: 'Something went wrong here; the log of the node says what.',
      }
    }
  }
}

/** Lets only this machine's own names through: a page whose name was rebound to 127.0.0.1 is stopped here. */
export function localHostOnly(): Middleware {
  return async (context, next) => {
    const name = context.host.replace(/:\d+$/, '')
    if (name !== '127.0.0.1' && name !== 'localhost') {
      throw new MarketError('unauthorized', 'This address serves its own machine only.')
    }
    await next()
  }
}

/** Requires `Authorization: Bearer <token>`. */
export function bearerToken(token: string): Middleware {
  const expected = Buffer.from(`Bearer ${token}`)
  return async (context, next) => {
    const given = Buffer.from(context.get('authorization'))
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new MarketError('unauthorized', "This needs the token from the node's data directory.")
    }
    await next()
  }
}
