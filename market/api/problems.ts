import type { Middleware } from 'koa'
import { MarketError, marketErrors } from '../errors.ts'

/** An error as RFC 9457 has it; `code` is ours, from the one table of errors. */
type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly instance: string
}

/**
 * Answers every error as `application/problem+json`. What is no MarketError is a bug: it is told to `onBug` with the request's id, which
 * is all that the client hears of it.
 */
export function problemResponses(
  onBug: (error: unknown, request: string) => void,
  requestIdOf: (context: object) => string,
): Middleware {
  return async (context, next) => {
    const request = requestIdOf(context)
    const answer = (code: string, status: number, detail: string): void => {
      const title = code.replaceAll('-', ' ')
      const problem: Problem = {
        ...{ type: `urn:spk-encoder:error:${code}`, title, status, detail, code },
        instance: `urn:spk-encoder:request:${request}`,
      }
      context.status = status
      context.body = JSON.stringify(problem)
      context.type = 'application/problem+json'
    }
    try {
      await next()
      // What no route has answered, and methods that a path does not take.
      const isUnanswered = context.body == null
      const allowed = context.response.get('allow')
      if (isUnanswered && (context.status === 405 || (context.status === 501 && allowed !== '')))
        answer('method-unknown', 405, `Here it is ${allowed}.`)
      else if (isUnanswered && (context.status === 404 || context.status === 501)) {
        context.remove('allow')
        answer('not-found', 404, 'There is nothing at this address.')
      }
    } catch (error) {
      if (error instanceof MarketError) {
        if (error.code === 'unauthorized') context.set('www-authenticate', 'Bearer')
        // What is left of the body is not read.
        if (error.code === 'body-too-large' || error.code === 'request-slow')
          context.set('connection', 'close')
        answer(error.code, marketErrors[error.code].status, error.message)
        return
      }
      const status = statusOf(error)
      if (status !== null) {
        answer('request-invalid', status, 'The request is not understood.')
        return
      }
      onBug(error, request)
      answer(
        'internal',
        500,
        'Something went wrong here; the log of the server says what, by this id.',
      )
    }
  }
}

/** Of what the server's own libraries refuse, such as an address that is no text. */
function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('status' in error)) return null
  const { status } = error
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}
