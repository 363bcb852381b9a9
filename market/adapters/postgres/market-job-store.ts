import { and, asc, eq, gt, inArray } from 'drizzle-orm'
import type { Pool } from 'pg'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { movingSteps } from '../../domain/market-move.ts'
import type { MarketJobStore, PendingStep } from '../../ports/market-jobs.ts'
import { chainEventFrom } from './chain-queries.ts'
import type { PostgresDatabase } from './database.ts'
import { createAnnounce } from './scheduler/announcements.ts'
import { relayProgress, statementOf } from './scheduler/follow-market.ts'
import { chainJobEvents, chainJobs } from './schema/chain.ts'
import { encodingJobs } from './schema/jobs.ts'

export function createMarketJobStore({
  database,
  pool,
}: {
  readonly database: PostgresDatabase
  readonly pool: Pool
}): MarketJobStore {
  const announce = createAnnounce(pool)
  const changed = async (statement: { readonly text: string; readonly values: unknown[] }) => {
    const { rowCount } = await pool.query(statement)
    if (rowCount) announce()
    return rowCount ?? 0
  }
  return {
    pending: (limit) => readPending(database, limit),
    follow: async (pending, move) => (await changed(statementOf(pending, move))) > 0,
    relayProgress: () => changed({ ...relayProgress, values: [] }),
  }
}

/** Living jobs that were offered are few beside all others, and have an index of their own. */
async function readPending(
  database: PostgresDatabase,
  limit: number,
): Promise<readonly PendingStep[]> {
  const { id, tiers, tier, phase, marketJob, marketEvent } = encodingJobs
  const rows = await database
    .select({ id, tiers, tier, event: chainJobEvents, chain: chainJobs.record })
    .from(encodingJobs)
    .innerJoin(
      chainJobEvents,
      and(eq(chainJobEvents.job, marketJob), gt(chainJobEvents.sequence, marketEvent)),
    )
    .innerJoin(chainJobs, eq(chainJobs.id, chainJobEvents.job))
    .where(
      and(inArray(phase, ['queued', 'leased']), inArray(chainJobEvents.type, [...movingSteps])),
    )
    .orderBy(asc(chainJobEvents.sequence))
    .limit(limit)
  return rows.map((row) => ({
    ...{ job: EncodingJobId.parse(row.id), tiers: row.tiers, tier: row.tier },
    ...{ step: chainEventFrom(row.event), chain: row.chain },
  }))
}
