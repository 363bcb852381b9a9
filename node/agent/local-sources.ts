import type { LocalQueue } from '#market/adapters/sqlite/agent-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'

/** Who keeps the source of a job of the node's own queue. */
export function sourceOwner(job: EncodingJobId): string {
  return `agent:${job}`
}

/** The same queue, which lets go of the source of each job that has failed for good; of those of an earlier process at once. */
export function withLocalSources(
  queue: LocalQueue,
  content: Pick<ContentStore, 'unpin'>,
): LocalQueue {
  for (const job of queue.failed()) content.unpin(sourceOwner(job))
  return {
    ...queue,
    fail: async (claim, failure) => {
      await queue.fail(claim, failure)
      if (queue.find(claim.jobId)?.phase === 'failed') content.unpin(sourceOwner(claim.jobId))
    },
  }
}
