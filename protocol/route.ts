import type { z } from 'zod'

/** One HTTP route as data: the server mounts it, the client is made from it, so the two cannot disagree. */
export type Route<
  Params extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path with `:name` for each member of `params`. */
  readonly path: string
  readonly params: Params
  readonly body: Body
  readonly reply: Reply
}

/** Keeps the exact schema types of a route. */
export function defineRoute<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Reply extends z.ZodType,
>(route: Route<Params, Body, Reply>): Route<Params, Body, Reply> {
  return route
}
