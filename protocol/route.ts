import type { z } from 'zod'

/** One HTTP route as data: the server mounts it, the client and its description are made from it, so they cannot disagree. */
export type Route<
  Params extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Headers extends z.ZodType = z.ZodType,
> = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with `:name` for each member of `params`. */
  readonly path: string
  readonly params: Params
  readonly body: Body
  /** Set where the body is no JSON but bytes: the most of them that are taken. */
  readonly bodyBytes?: number
  /** What these bytes are, where it is said. */
  readonly bodyType?: string
  readonly reply: Reply
  /** What may follow the path's `?`; absent where nothing is looked at. */
  readonly query?: Query
  /** Headers that it looks at, in small letters; absent where there are none but the usual ones. */
  readonly headers?: Headers
  /** The answers to what it can do, where they are not the reply as JSON alone. */
  readonly answers?: readonly Answer[]
  /** True where some refusals are plain text, as the protocol has them that it follows. */
  readonly isPlain?: boolean
  /** In one line, what it is for. */
  readonly summary?: string
}

/** An answer that is described besides, or instead of, the reply as JSON. */
export type Answer = {
  readonly status: number
  readonly description: string
  /** Of its body; absent where it has none. */
  readonly type?: string
  readonly schema?: z.ZodType
  readonly headers?: z.ZodObject
}

/** Keeps the exact schema types of a route. */
export function defineRoute<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Reply extends z.ZodType,
  Query extends z.ZodType = z.ZodUndefined,
  Headers extends z.ZodType = z.ZodUndefined,
>(route: Route<Params, Body, Reply, Query, Headers>): Route<Params, Body, Reply, Query, Headers> {
  return route
}
