import { getJobRoute, jobHistoryRoute } from '#protocol/api/jobs.ts'
import { marketJobRoute } from '#protocol/api/market-jobs.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { JobId } from '#protocol/ids.ts'
import { useRoute } from '#ui/shared/use-route.ts'

const lookMs = 3_000
/** As many as one answer has. */
const historyLength = 500
const nowhere = EncodingJobId.parse('00000000-0000-4000-8000-000000000000')

/** A job by either of its names: what the queue has of it, and what the chain has. */
export function useJob(id: string) {
  const asQueue = EncodingJobId.safeParse(id)
  const live = { live: [`job:${id}`], enabled: asQueue.success }
  const params = { id: asQueue.data ?? nowhere }
  const queue = useRoute(getJobRoute, { params }, live)
  const history = useRoute(jobHistoryRoute, { params, query: { limit: historyLength } }, live)
  const asMarket = JobId.safeParse(asQueue.success ? queue.data?.marketJob : id)
  const market = useRoute(
    marketJobRoute,
    { params: { job: asMarket.data ?? JobId.parse('nobody:0000000000000000') } },
    { live: [`job:${id}`], everyMs: lookMs, enabled: asMarket.success },
  )
  return {
    ...{ queue, history, market },
    isQueue: asQueue.success,
    marketJob: asMarket.data ?? null,
    isKnown: asQueue.success || asMarket.success,
  }
}
