import type { Context, Middleware } from 'koa'

/** Who has come to the agent's door, by what a browser cannot be made to lie about. */
export type Visitor =
  /** The agent's own page. */
  | { readonly type: 'own-page' }
  /** A page of an origin that the owner has named. */
  | { readonly type: 'page'; readonly origin: string }
  /** No page: a program of this machine. */
  | { readonly type: 'program' }

export type DoorOptions = {
  /** The port that the agent listens on. */
  readonly port: () => number
  /** Origins of pages that may knock, as browsers write them. */
  readonly origins: readonly string[]
}

const visitors = new WeakMap<object, Visitor>()

/** Who sent a request. Only for what has passed {@link guardDoor}. */
export function visitorOf({ req }: Pick<Context, 'req'>): Visitor {
  const visitor = visitors.get(req)
  if (!visitor) throw new Error('nobody passes by the door')
  return visitor
}

const allowedHeaders = 'authorization, content-type, x-hive-user'
const allowedMethods = 'GET, POST'

/**
 * Lets in programs of this machine, the agent's own page, and pages of named origins. Everybody else, and whoever asks for another name
 * than this machine's (a page whose name was rebound to 127.0.0.1), stands before one and the same closed door: 403, without
 * a word, without headers, whatever is asked.
 */
export function guardDoor(options: DoorOptions): Middleware {
  return async (context, next) => {
    const visitor = recognise(context, options)
    if (!visitor) {
      closeDoor(context)
      return
    }
    visitors.set(context.req, visitor)
    context.set('cache-control', 'no-store')
    context.set('x-content-type-options', 'nosniff')
    context.set('cross-origin-resource-policy', 'same-origin')
    if (visitor.type === 'page') {
      context.set('access-control-allow-origin', visitor.origin)
      context.set('access-control-expose-headers', 'retry-after')
      context.set('vary', 'origin')
    }
    if (context.method === 'OPTIONS') answerPreflight(context, visitor)
    else await next()
  }
}

function recognise(context: Context, { port, origins }: DoorOptions): Visitor | null {
  const own = [`127.0.0.1:${port()}`, `localhost:${port()}`]
  const host = context.get('host').toLowerCase()
  if (!own.includes(host)) return null
  const { origin } = context.req.headers
  if (origin !== undefined) {
    if (origin === `http://${host}`) return { type: 'own-page' }
    return origins.includes(origin) ? { type: 'page', origin } : null
  }
  // Requests that a page makes without naming itself, such as those of its images, are told apart by what browsers add.
  const from = context.get('sec-fetch-site')
  if (from === '') return { type: 'program' }
  return from === 'same-origin' || from === 'none' ? { type: 'own-page' } : null
}

function closeDoor(context: Context): void {
  context.status = 403
  context.body = ''
  context.remove('content-type')
}

/** Browsers ask first; of a public page they ask also whether it may reach this machine at all. */
function answerPreflight(context: Context, visitor: Visitor): void {
  if (visitor.type !== 'page' || context.get('access-control-request-method') === '') {
    closeDoor(context)
    return
  }
  context.set('access-control-allow-methods', allowedMethods)
  context.set('access-control-allow-headers', allowedHeaders)
  context.set('access-control-max-age', '600')
  if (context.get('access-control-request-private-network') === 'true')
    context.set('access-control-allow-private-network', 'true')
  context.status = 204
}
