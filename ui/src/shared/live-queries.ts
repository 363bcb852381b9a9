import type { QueryClient } from '@tanstack/react-query'
import type { LiveEvent, LiveEvents } from './live-events.ts'

/** How long after the first event of a quiet time queries are asked again, and how far apart they are in a storm. */
const soonMs = 150
const apartMs = 2_000

/** What queries name in `meta.live` to be told of: `jobs` for any of them, `job:<id>` for one. */
function subjectsOf({ job }: Pick<LiveEvent, 'job'>): readonly string[] {
  return ['jobs', `job:${job}`]
}

/**
 * Asks again what events have made old, of what is on the screen: at once when it is quiet, and at a steady rate when there is a storm. A
 * query that is under way when its subject changes is asked once more afterwards. Returns what ends it.
 */
export function keepQueriesLive(
  queries: QueryClient,
  events: Pick<LiveEvents, 'listen'>,
): () => void {
  const cache = queries.getQueryCache()
  const old = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | null = null
  let lastAt = Number.NEGATIVE_INFINITY

  const schedule = (): void => {
    if (timer !== null || old.size === 0) return
    const wait = Math.max(soonMs, lastAt + apartMs - Date.now())
    timer = setTimeout(refresh, wait)
  }
  const refresh = (): void => {
    timer = null
    lastAt = Date.now()
    for (const hash of [...old]) {
      const query = cache.get(hash)
      if (query?.state.fetchStatus === 'fetching') continue
      old.delete(hash)
      if (!query) continue
      void queries.invalidateQueries({ queryKey: query.queryKey, exact: true })
    }
    schedule()
  }
  const mark = (isOld: (live: readonly unknown[]) => boolean): void => {
    for (const query of cache.getAll()) {
      const live = query.meta?.['live']
      if (Array.isArray(live) && isOld(live)) old.add(query.queryHash)
    }
    schedule()
  }
  const stop = events.listen({
    onEvents: (batch) => {
      const subjects = new Set<unknown>(batch.flatMap(subjectsOf))
      mark((live) => live.some((subject) => subjects.has(subject)))
    },
    onFresh: () => mark((live) => live.length > 0),
  })
  return () => {
    stop()
    if (timer !== null) clearTimeout(timer)
  }
}
