import { sql } from 'drizzle-orm'
import type {
  ChainProgress,
  MonitoringSources,
  PayoutCounts,
  WebhookBacklog,
} from '../../ports/monitoring.ts'
import type { PostgresDatabase } from './database.ts'

/** Longer than any verification takes; the escrow is about to end by itself then. */
const overdueSeconds = 6 * 3_600
const daySeconds = 86_400

/** What the tables tell of chain, webhooks and payouts; each from an index of what is recent or not done with, however much there is besides. */
export function createMonitoringStore(
  database: PostgresDatabase,
): Required<Pick<MonitoringSources, 'chain' | 'webhooks' | 'payouts'>> {
  return {
    chain: async () => {
      const { rows } = await database.execute<ChainProgress>(sql`
        select height::int, greatest(0, extract(epoch from now()) - time)::float as "lagSeconds"
        from chain_cursor where height is not null
      `)
      return rows[0] ?? null
    },
    webhooks: async () => {
      const { rows } = await database.execute<WebhookBacklog>(sql`
        select
          (select count(*)::int from webhook_deliveries where phase = 'due') as due,
          (select count(*)::int from webhook_deliveries where phase = 'dead') as dead,
          (
            select extract(epoch from now() - min(created_at))::float
            from webhook_deliveries where phase = 'due'
          ) as "oldestDueSeconds"
      `)
      return rows[0] ?? { due: 0, dead: 0, oldestDueSeconds: null }
    },
    payouts: async () => {
      const [day, overdue] = await Promise.all([releasedLastDay(database), overdueJobs(database)])
      return { lastDay: day, overdue }
    },
  }
}

async function releasedLastDay(database: PostgresDatabase): Promise<PayoutCounts['lastDay']> {
  const { rows } = await database.execute<PayoutCounts['lastDay']>(sql`
    select
      count(*) filter (where type = 'escrow-paid')::int as paid,
      count(*) filter (where type = 'escrow-returned')::int as refunded
    from chain_job_events
    where type in ('escrow-paid', 'escrow-returned') and time > (select time from chain_cursor) - ${daySeconds}::int
  `)
  return rows[0] ?? { paid: 0, refunded: 0 }
}

async function overdueJobs(database: PostgresDatabase): Promise<number> {
  const { rows } = await database.execute<{ readonly overdue: number }>(sql`
    select count(*)::int as overdue from chain_jobs
    where phase = 'delivered' and exists (
      select from chain_job_events delivered
      where delivered.job = chain_jobs.id and delivered.type = 'job-delivered'
        and delivered.time < (select time from chain_cursor) - ${overdueSeconds}::int
    )
  `)
  return rows[0]?.overdue ?? 0
}
