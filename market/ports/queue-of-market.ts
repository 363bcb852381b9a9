import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { JobId } from '#protocol/ids.ts'

/** Which jobs of the chain are jobs of the queue as well. */
export interface QueueOfMarket {
  /** By which name the queue has each of them; one that it has not is left out. */
  namesOf(jobs: readonly JobId[]): Promise<ReadonlyMap<JobId, EncodingJobId>>
}
