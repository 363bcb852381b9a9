import { randomUUID } from 'node:crypto'
import { and, eq, isNull, max, sql } from 'drizzle-orm'
import type { WebhookEvent } from '../../domain/webhook-event.ts'
import { webhookBody } from '../../domain/webhook-event.ts'
import { triesAllowed } from '../../domain/webhook-retry.ts'
import type { PostgresDatabase } from './database.ts'
import { webhookDeliveries } from './schema/webhooks.ts'

/** Tells this lock of an owner from others of the same owner. */
const lockSeed = 1

/**
 * Writes a call that is to be made, in the caller's transaction: it is made if, and only if, what it tells of is committed.
 * Writers of one owner wait here for each other, so that `sequence` has no gaps. Returns the event's id.
 */
export async function writeWebhook(
  transaction: PostgresDatabase,
  event: WebhookEvent,
): Promise<string> {
  const { owner, job: jobId, type, url, secret, at } = event
  await transaction.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${owner}, ${lockSeed}))`,
  )
  const id = randomUUID()
  const sequence = (await lastSequence(transaction, owner)) + 1
  await transaction.insert(webhookDeliveries).values({
    ...{ id, owner, jobId, sequence, type, url, secret, triesAllowed },
    body: webhookBody(event, sequence),
    nextTryAt: new Date(at),
    createdAt: new Date(at),
  })
  return id
}

async function lastSequence(transaction: PostgresDatabase, owner: string): Promise<number> {
  const { jobId, owner: ofOwner, sequence } = webhookDeliveries
  const [row] = await transaction
    .select({ last: max(sequence) })
    .from(webhookDeliveries)
    .where(and(eq(ofOwner, owner), isNull(jobId)))
  return row?.last ?? 0
}
