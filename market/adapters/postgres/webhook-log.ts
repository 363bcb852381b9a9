import { and, asc, desc, eq, getTableColumns, sql } from 'drizzle-orm'
import type { DeliveryQuery, DeliveryRecord, DeliveryTry } from '../../ports/webhook-store.ts'
import type { PostgresDatabase } from './database.ts'
import { webhookDeliveries as deliveries, webhookTries } from './schema/webhooks.ts'

/** What owners see: all but the secret and the bookkeeping. */
const {
  jobId,
  owner: _owner,
  secret: _secret,
  triesAllowed: _triesAllowed,
  leaseExpiresAt: _lease,
  ...shown
} = getTableColumns(deliveries)
const { deliveryId, ...shownTry } = getTableColumns(webhookTries)

/** An owner's deliveries, newest first. */
export async function listDeliveries(
  database: PostgresDatabase,
  owner: string,
  { job, phase, after, limit }: DeliveryQuery,
): Promise<readonly DeliveryRecord[]> {
  const last = sql`(select created_at, id from webhook_deliveries where id = ${after} and owner = ${owner})`
  return await database
    .select({ ...shown, job: jobId })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.owner, owner),
        job === undefined ? undefined : eq(jobId, job),
        phase === undefined ? undefined : eq(deliveries.phase, phase),
        after === undefined ? undefined : sql`(created_at, id) < ${last}`,
      ),
    )
    .orderBy(desc(deliveries.createdAt), desc(deliveries.id))
    .limit(limit)
}

export async function listTries(
  database: PostgresDatabase,
  owner: string,
  id: string,
): Promise<readonly DeliveryTry[] | null> {
  if (!(await ownsDelivery(database, owner, id))) return null
  return await database
    .select(shownTry)
    .from(webhookTries)
    .where(eq(deliveryId, id))
    .orderBy(asc(webhookTries.number))
}

export async function ownsDelivery(
  database: PostgresDatabase,
  owner: string,
  id: string,
): Promise<boolean> {
  const found = await database
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.id, id), eq(deliveries.owner, owner)))
  return found.length > 0
}

/** Of those of no job the last one stays: the next one counts on from it. */
export async function pruneDeliveries(
  database: PostgresDatabase,
  endedBefore: Date,
): Promise<number> {
  const { rowCount } = await database.execute(sql`
    delete from webhook_deliveries ended
    where phase <> 'due' and finished_at < ${endedBefore} and (job_id is not null or exists (
      select from webhook_deliveries later
      where later.job_id is null and later.owner = ended.owner and later.sequence > ended.sequence
    ))
  `)
  return rowCount ?? 0
}
