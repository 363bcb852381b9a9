import { sql } from 'drizzle-orm'
import type { LeasedDelivery, LeaseTerms } from '../../ports/webhook-store.ts'
import type { PostgresDatabase } from './database.ts'

/**
 * Leases what is due in one statement. It steps from owner to owner along the index of what is due, takes no more of each than
 * may be under way for one, and passes over rows that another process is leasing.
 */
export async function leaseDeliveries(
  database: PostgresDatabase,
  { limit, perOwner, now, until }: LeaseTerms,
): Promise<readonly LeasedDelivery[]> {
  const { rows } = await database.execute<LeasedDelivery>(sql`
    with recursive owners as (
      (select owner from webhook_deliveries where phase = 'due' order by owner limit 1)
      union all
      select (
        select owner from webhook_deliveries
        where phase = 'due' and owner > owners.owner order by owner limit 1
      )
      from owners where owner is not null
    ),
    chosen as (
      select due.id from owners
      cross join lateral (
        select id, next_try_at from webhook_deliveries
        where phase = 'due' and owner = owners.owner and next_try_at <= ${now}
        order by next_try_at, sequence
        limit greatest(0, ${perOwner} - (
          select count(*) from webhook_deliveries
          where owner = owners.owner and lease_expires_at > ${now}
        ))
        for update skip locked
      ) due
      order by due.next_try_at limit ${limit}
    )
    update webhook_deliveries
    set tries = tries + 1, next_try_at = ${until}, lease_expires_at = ${until}
    from chosen where webhook_deliveries.id = chosen.id
    returning webhook_deliveries.id, webhook_deliveries.owner, url, secret, body, tries, tries_allowed as "triesAllowed"
  `)
  return rows
}
