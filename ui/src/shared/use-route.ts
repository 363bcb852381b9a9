import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ReplyOf, RequestOf } from '#protocol/client.ts'
import type { Route } from '#protocol/route.ts'
import { callServer } from './session.ts'

export type UseRouteOptions = {
  /** Subjects whose events make the answer old: `jobs`, `job:<id>`. */
  readonly live?: readonly string[]
  /** For what no event tells of, such as the chain's head: asked anew this often while it is on the screen. */
  readonly everyMs?: number
  readonly enabled?: boolean
}

/** What names an answer in the cache. Amounts are told as texts there: a name is kept as JSON, which has no word for them. */
export function routeKey<R extends Route>(route: R, request: RequestOf<R>): readonly unknown[] {
  const plain = JSON.stringify(request, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  return [route.method, route.path, plain]
}

/** The answer of a typed route; what was there before stays while it is asked anew. */
export function useRoute<R extends Route>(
  route: R,
  request: RequestOf<R>,
  { live = [], everyMs, enabled = true }: UseRouteOptions = {},
): UseQueryResult<ReplyOf<R>, Error> {
  return useQuery<ReplyOf<R>, Error>({
    queryKey: routeKey(route, request),
    queryFn: ({ signal }) => callServer(route, request, { signal }),
    placeholderData: keepPreviousData,
    meta: { live },
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  })
}

/** Pages of a list whose route takes a `cursor` and answers with the `next` one; `data.pages` grows by `fetchNextPage`. */
export function useCursorList<R extends Route>(
  route: R,
  request: RequestOf<R>,
  { live = [], everyMs, enabled = true }: UseRouteOptions = {},
): UseInfiniteQueryResult<InfiniteData<ReplyOf<R>, string | null>, Error> {
  return useInfiniteQuery({
    queryKey: [...routeKey(route, request), 'pages'],
    queryFn: ({ signal, pageParam }) =>
      callServer(route, withCursor(request, pageParam), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: ReplyOf<R>) =>
      (page as { readonly next?: string | null }).next ?? null,
    placeholderData: keepPreviousData,
    meta: { live },
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  })
}

function withCursor<R extends Route>(request: RequestOf<R>, cursor: string | null): RequestOf<R> {
  if (cursor === null) return request
  const { query } = request as { readonly query?: object }
  return { ...request, query: { ...query, cursor } } as RequestOf<R>
}
