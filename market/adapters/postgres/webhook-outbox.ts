import { randomUUID } from 'node:crypto'
import { and, eq, isNull, max, sql } from 'drizzle-orm'
import type { WebhookEvent } from '../../domain/webhook-event.ts'
import { webhookBody } from '../../domain/webhook-event.ts'
import { triesAllowed } from '../../domain/webhook-retry.ts'
import type { PostgresDatabase } from './database.ts'
import { encodingJobs } from './schema/jobs.ts'
import { webhookDeliveries } from './schema/webhooks.ts'

/**
 * Writes a call that is to be made, in the caller's transaction: it is made if, and only if, what it tells of is committed.
 * Writers of one job (of one owner, for events of no job) wait here for each other, so that `sequence` has no gaps.
 * Returns the event's id.
 */
export async function writeWebhook(
  transaction: PostgresDatabase,
  event: WebhookEvent,
): Promise<string> {
  const scope = event.job ?? event.owner
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${scope}, 0))`)
  const id = randomUUID()
  const sequence = (await lastSequence(transaction, event)) + 1
  await transaction.insert(webhookDeliveries).values({
    ...{ id, sequence, triesAllowed },
    owner: event.owner,
    jobId: event.job,
    type: event.type,
    url: event.url,
    secret: event.secret,
    body: webhookBody(event, { id, sequence }),
    nextTryAt: new Date(event.at),
    createdAt: new Date(event.at),
  })
  return id
}

/**
 * As {@link writeWebhook}, to the address that a job's owner has given for it. Does nothing and returns null where there is none,
 * or no secret to sign with.
 */
export async function writeJobWebhook(
  transaction: PostgresDatabase,
  event: Pick<WebhookEvent, 'type' | 'at' | 'data'> & { readonly job: string },
): Promise<string | null> {
  const { owner, webhookUrl: url, webhookSecret: secret } = encodingJobs
  const [target] = await transaction
    .select({ owner, url, secret })
    .from(encodingJobs)
    .where(eq(encodingJobs.id, event.job))
  if (!target?.url || !target.secret) return null
  return await writeWebhook(transaction, {
    ...event,
    owner: target.owner,
    url: target.url,
    secret: target.secret,
  })
}

async function lastSequence(
  transaction: PostgresDatabase,
  { owner, job }: WebhookEvent,
): Promise<number> {
  const { jobId, owner: ofOwner, sequence } = webhookDeliveries
  const [row] = await transaction
    .select({ last: max(sequence) })
    .from(webhookDeliveries)
    .where(job === null ? and(eq(ofOwner, owner), isNull(jobId)) : eq(jobId, job))
  return row?.last ?? 0
}
