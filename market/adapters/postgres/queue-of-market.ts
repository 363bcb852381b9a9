import { inArray } from 'drizzle-orm'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { JobId } from '#protocol/ids.ts'
import type { QueueOfMarket } from '../../ports/queue-of-market.ts'
import type { PostgresDatabase } from './database.ts'
import { encodingJobs } from './schema/jobs.ts'

export function createQueueOfMarket(database: PostgresDatabase): QueueOfMarket {
  return {
    namesOf: async (jobs) => {
      if (jobs.length === 0) return new Map()
      const { id, marketJob } = encodingJobs
      const rows = await database
        .select({ id, marketJob })
        .from(encodingJobs)
        .where(inArray(marketJob, [...jobs]))
      return new Map(rows.map((row) => [JobId.parse(row.marketJob), EncodingJobId.parse(row.id)]))
    },
  }
}
