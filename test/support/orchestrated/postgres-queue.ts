import { createEncoderDirectory } from '#market/adapters/postgres/encoder-directory.ts'
import { createJobPlans } from '#market/adapters/postgres/job-plans.ts'
import { statementOf } from '#market/adapters/postgres/scheduler/follow-market.ts'
import type { JobRow } from '#market/adapters/postgres/scheduler/job-row.ts'
import type { MarketMove } from '#market/domain/market-move.ts'
import { nextTier } from '#market/domain/routing.ts'
import type { EncodingJob } from '#market/ports/job-scheduler.ts'
import type { PendingStep } from '#market/ports/market-jobs.ts'
import { openTestScheduler } from '../scheduler.ts'
import type { OrchestratedQueue } from './queue.ts'
import { leaseMs, silenceMs } from './queue.ts'

/** Every moment that a decision is made by. */
const moments = {
  encoding_jobs: [
    'created_at',
    'updated_at',
    'tier_entered_at',
    'lease_expires_at',
    'next_retry_at',
    'expires_at',
    'finished_at',
  ],
  job_plans: ['look_at'],
  encoder_nodes: ['last_seen_at'],
}

/** Makes everything in the tables older. */
export async function letTimePass(
  query: (text: string) => Promise<unknown>,
  ms: number,
): Promise<void> {
  for (const [table, columns] of Object.entries(moments)) {
    const older = columns.map((column) => `${column} = ${column} - ${ms} * interval '1 ms'`)
    await query(`update ${table} set ${older.join(', ')}`)
  }
}

/** The real tables; time passes by everything in them becoming older. */
export async function postgresQueue(): Promise<OrchestratedQueue> {
  const opened = await openTestScheduler({ leaseMs, tierPatienceMs: null })
  const { pool, database, scheduler, query } = opened
  let sequence = 0
  const follow = async ({ id, tiers, tier }: EncodingJob, move: MarketMove) => {
    sequence += 1
    const pending = { job: id, tiers, tier, step: { sequence } } as unknown as PendingStep
    return (await pool.query<JobRow>(statementOf(pending, move))).rows
  }
  return {
    scheduler,
    plans: createJobPlans(pool),
    encoders: createEncoderDirectory(database, { silenceMs }),
    assign: async (job, encoder) => {
      const leaseSeconds = leaseMs / 1_000
      const [row] = await follow(job, { type: 'assign', encoder, leaseSeconds, told: {} })
      return { job: job.id, encoder, fencingToken: Number(row?.fencing_token) }
    },
    leave: async (job) => {
      const to = nextTier(job.tiers, job.tier)
      await follow(job, { type: 'leave', to, why: 'The offer is over.', told: {} })
    },
    advance: (ms) => letTimePass(query, ms),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}
