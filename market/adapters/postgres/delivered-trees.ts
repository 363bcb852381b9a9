import { desc, eq, gte } from 'drizzle-orm'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { DeliveredTrees } from '../../ports/delivered-trees.ts'
import { deliveryIn } from '../../ports/delivered-trees.ts'
import type { PostgresDatabase } from './database.ts'
import { chainJobs } from './schema/chain.ts'
import { encodingJobs } from './schema/jobs.ts'

export function createDeliveredTrees(database: PostgresDatabase): DeliveredTrees {
  return {
    since: async (seconds, limit) => {
      const rows = await database
        .select({ id: encodingJobs.id, chain: chainJobs.record })
        .from(chainJobs)
        .innerJoin(encodingJobs, eq(encodingJobs.marketJob, chainJobs.id))
        .where(gte(chainJobs.deliveredTime, seconds))
        .orderBy(desc(chainJobs.deliveredTime))
        .limit(limit)
      return rows.flatMap(({ id, chain }) => {
        if (chain.phase !== 'delivered' && chain.phase !== 'settled') return []
        const delivery = deliveryIn(chain)
        return delivery ? [{ job: EncodingJobId.parse(id), chain: delivery }] : []
      })
    },
  }
}
