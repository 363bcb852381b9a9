import type { IncomingMessage } from 'node:http'
import type Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { z } from 'zod'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Route } from '#protocol/route.ts'
import { MarketError } from '../errors.ts'
import { readBody } from './read-body.ts'
import { rights } from './rights.ts'
import { signedIn } from './routes/callers.ts'

/** A route's handler: what comes in is parsed, what goes out is encoded by the route. */
export type Handler<R> =
  R extends Route<infer Params, infer Body, infer Reply, infer Query>
    ? (request: {
        readonly params: z.output<Params>
        readonly query: z.output<Query>
        readonly body: z.output<Body>
        readonly signal: AbortSignal
        /** Who is signed in, as an earlier step of the server has found out; null for nobody. */
        readonly caller: HiveAccount | null
        /** The header by which it was found out. */
        readonly authorization: string
        /** The page's that asks, as its browser says; empty where it is none. */
        readonly origin: string
      }) => Promise<z.output<Reply>>
    : never

/** Binds a route to its handler: what comes in is parsed by the route's schemas, what goes out is encoded by them. */
export function mount<R extends Route>(router: Router, route: R, handler: Handler<R>): void {
  router.register(route.path, [route.method], async (context) => {
    const gone = new AbortController()
    context.res.once('close', () => {
      if (!context.res.writableEnded) gone.abort()
    })
    const caller = callerOf(context)
    // Before anything is read: what nobody may do, nobody needs to say.
    if (rights.get(route)?.caller === 'account') signedIn(caller)
    const params = parse(route.params, context.params)
    const query = route.query ? parse(route.query, context.query) : undefined
    const body = parse(route.body, await readSent(context.req, route))
    const authorization = context.get('authorization')
    const origin = context.get('origin')
    const request = { params, query, body, caller, authorization, origin, signal: gone.signal }
    const reply = await handler(request as Parameters<typeof handler>[0])
    context.body = z.encode(route.reply, reply)
  })
}

/** What a route's schemas make of the parts of a request that come before its body. */
type Head<R> =
  R extends Route<infer Params, z.ZodType, z.ZodType, infer Query, infer Headers>
    ? {
        readonly params: z.output<Params>
        readonly query: z.output<Query>
        readonly headers: z.output<Headers>
      }
    : never

/** Binds a route whose body or answer is not JSON alone: the handler reads the one and gives the other, as the route describes it. */
export function mountRaw<R extends Route>(
  router: Router,
  route: R,
  handler: (context: Context, head: Head<R>) => Promise<void> | void,
): void {
  router.register(route.path, [route.method], async (context) => {
    if (rights.get(route)?.caller === 'account') signedIn(callerOf(context))
    const params = parse(route.params, context.params)
    const query = route.query ? parse(route.query, context.query) : undefined
    const headers = route.headers ? parse(route.headers, context.headers) : undefined
    await handler(context, { params, query, headers } as Head<R>)
  })
}

/** Finds out who is signed in, for routers that nothing before them has done it for. */
export function noteCallers(
  accountOf: (authorization: string) => Promise<HiveAccount | null>,
): Middleware {
  return async (context, next) => {
    const account = callerOf(context) ?? (await accountOf(context.get('authorization')))
    if (account) noteCaller(context, account)
    await next()
  }
}

const callers = new WeakMap<object, HiveAccount>()

/** Notes who is signed in, for the route's handler. */
export function noteCaller(context: Pick<Context, 'req'>, account: HiveAccount): void {
  callers.set(context.req, account)
}

function callerOf(context: Pick<Context, 'req'>): HiveAccount | null {
  return callers.get(context.req) ?? null
}

/** Parses a part of a request. Throws `request-invalid`, saying what is wrong. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new MarketError(
    'request-invalid',
    `The request is not understood: ${z.prettifyError(parsed.error)}`,
  )
}

/** Bytes come more slowly than a small text does. */
const bytesPatienceMs = 120_000

async function readSent(
  request: IncomingMessage,
  { method, bodyBytes: bytes }: Pick<Route, 'method' | 'bodyBytes'>,
): Promise<unknown> {
  if (method === 'GET') return undefined
  if (bytes === undefined) return await readJson(request)
  return await readBody(request, { bytes, milliseconds: bytesPatienceMs })
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const value = parseJson((await readBody(request)).toString('utf8'))
  if (value === notJson) throw new MarketError('request-invalid', 'The request body is not JSON.')
  return value
}

const notJson = Symbol('not JSON')

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return notJson
  }
}
