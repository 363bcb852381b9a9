import { useCallback, useEffect, useMemo, useState } from 'react'
import { allJobsRoute } from '#protocol/api/all-jobs.ts'
import { HiveAccount } from '#protocol/ids.ts'
import type { JobsSearch } from '#ui/shared/jobs-search.ts'
import { listenLive } from '#ui/shared/listen-live.ts'
import { useCursorList, useRoute } from '#ui/shared/use-route.ts'
import type { Changes } from './merge-jobs.ts'
import { changesWith, mergeJobs } from './merge-jobs.ts'

const pageLength = 100
/** No event tells of what happens on the chain alone. */
const lookMs = 6_000

/** Jobs as the search asks for them: the newest page is kept fresh, more come as the list is scrolled. */
export function useJobs({ owner, ...search }: JobsSearch) {
  const account = HiveAccount.safeParse(owner)
  const request = {
    query: { ...search, ...(account.success && { owner: account.data }), limit: pageLength },
  }
  const newest = useRoute(allJobsRoute, request, { live: ['jobs'], everyMs: lookMs })
  const older = useCursorList(allJobsRoute, request)
  const [changes, setChanges] = useState<Changes>(new Map())
  useEffect(
    () =>
      listenLive({
        onEvents: (events) => setChanges((known) => changesWith(known, events)),
      }),
    [],
  )
  const pages = older.data?.pages
  const jobs = useMemo(
    () => mergeJobs(newest.data, pages ?? [], changes),
    [newest.data, pages, changes],
  )
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = older
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return { newest, jobs, more, isMore: hasNextPage }
}
