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

/** What the tables tell of chain, webhooks and payouts. */
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
          count(*) filter (where phase = 'due')::int as due,
          count(*) filter (where phase = 'dead')::int as dead,
          extract(epoch from now() - min(created_at) filter (where phase = 'due'))::float
            as "oldestDueSeconds"
        from webhook_deliveries where phase <> 'delivered'
      `)
      return rows[0] ?? { due: 0, dead: 0, oldestDueSeconds: null }
    },
    payouts: async () => {
      const { rows } = await database.execute<PayoutCounts>(sql`
        select
          count(*) filter (where phase = 'settled' and to_encoder > 0)::int as paid,
          count(*) filter (where phase = 'settled' and to_encoder = 0)::int as refunded,
          count(*) filter (where phase = 'delivered' and exists (
            select from chain_job_events delivered
            where delivered.job = chain_jobs.id and delivered.type = 'job-delivered'
              and delivered.time < (select time from chain_cursor) - ${overdueSeconds}::int
          ))::int as overdue
        from chain_jobs where phase in ('settled', 'delivered')
      `)
      return rows[0] ?? { paid: 0, refunded: 0, overdue: 0 }
    },
  }
}
