import type { z } from 'zod'

/** One HTTP route as data: the server mounts it, the client and its description are made from it, so they cannot disagree. */
export type Route<
  Params extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with `:name` for each member of `params`. */
  readonly path: string
  readonly params: Params
  readonly body: Body
  /** Set where the body is no JSON but bytes: the most of them that are taken. */
  readonly bodyBytes?: number
  readonly reply: Reply
  /** What may follow the path's `?`; absent where nothing is looked at. */
  readonly query?: Query
  /** In one line, what it is for. */
  readonly summary?: string
}

/** Keeps the exact schema types of a route. */
export function defineRoute<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Reply extends z.ZodType,
  Query extends z.ZodType = z.ZodUndefined,
>(route: Route<Params, Body, Reply, Query>): Route<Params, Body, Reply, Query> {
  return route
}
