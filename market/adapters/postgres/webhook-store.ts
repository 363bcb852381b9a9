import { and, eq, sql } from 'drizzle-orm'
import { storedText } from '../../domain/stored-text.ts'
import { triesAllowed } from '../../domain/webhook-retry.ts'
import type { TryOutcome } from '../../ports/webhook-sender.ts'
import type { DeliveryStep, LeasedDelivery, WebhookStore } from '../../ports/webhook-store.ts'
import type { PostgresDatabase } from './database.ts'
import { leaseDeliveries } from './lease-deliveries.ts'
import { webhookDeliveries as deliveries, webhookTries } from './schema/webhooks.ts'
import { listDeliveries, listTries, ownsDelivery, pruneDeliveries } from './webhook-log.ts'

/** Deliveries of all owners, shared by all indexers of one database. */
export function createWebhookStore(database: PostgresDatabase): WebhookStore {
  return {
    lease: (terms) => leaseDeliveries(database, terms),
    record: (delivery, { outcome, step, at }) =>
      database.transaction(async (transaction) => {
        await logTry(transaction, delivery, { outcome, at })
        return await move(transaction, delivery, { outcome, step, at })
      }),
    release: async (delivery, now) => {
      await database
        .update(deliveries)
        .set({
          nextTryAt: now,
          leaseExpiresAt: null,
          triesAllowed: sql`${deliveries.triesAllowed} + 1`,
        })
        .where(isLeasedAs(delivery))
    },
    redeliver: async (owner, id, now) => {
      await database
        .update(deliveries)
        .set({
          phase: 'due',
          nextTryAt: now,
          leaseExpiresAt: null,
          finishedAt: null,
          triesAllowed: sql`${deliveries.tries} + ${triesAllowed}`,
        })
        .where(and(eq(deliveries.id, id), eq(deliveries.owner, owner), isNotUnderWay(now)))
      return await ownsDelivery(database, owner, id)
    },
    list: (owner, query) => listDeliveries(database, owner, query),
    tries: (owner, id) => listTries(database, owner, id),
    prune: (endedBefore) => pruneDeliveries(database, endedBefore),
  }
}

type Try = Pick<LeasedDelivery, 'id' | 'tries'>

async function logTry(
  transaction: PostgresDatabase,
  { id, tries }: Try,
  { outcome, at }: { readonly outcome: TryOutcome; readonly at: Date },
): Promise<void> {
  const result = resultOf(outcome)
  await transaction
    .insert(webhookTries)
    .values({ deliveryId: id, number: tries, at, ...result })
    .onConflictDoNothing()
}

async function move(
  transaction: PostgresDatabase,
  delivery: Try,
  report: { readonly outcome: TryOutcome; readonly step: DeliveryStep; readonly at: Date },
): Promise<boolean> {
  const { step, at } = report
  const { status, latencyMs, answer, error } = resultOf(report.outcome)
  const isDelivered = step.phase === 'delivered'
  const { rowCount } = await transaction
    .update(deliveries)
    .set({
      phase: step.phase,
      leaseExpiresAt: null,
      finishedAt: step.phase === 'due' ? null : at,
      ...(step.phase === 'due' && { nextTryAt: step.nextTryAt }),
      lastStatus: status,
      lastLatencyMs: latencyMs,
      lastAnswer: answer,
      lastError: error,
    })
    .where(
      isDelivered
        ? and(eq(deliveries.id, delivery.id), eq(deliveries.phase, 'due'))
        : isLeasedAs(delivery),
    )
  return rowCount === 1
}

function isLeasedAs({ id, tries }: Try) {
  return and(eq(deliveries.id, id), eq(deliveries.phase, 'due'), eq(deliveries.tries, tries))
}

function isNotUnderWay(now: Date) {
  return sql`(${deliveries.leaseExpiresAt} is null or ${deliveries.leaseExpiresAt} <= ${now})`
}

function resultOf(outcome: TryOutcome) {
  const { latencyMs } = outcome
  return outcome.type === 'answered'
    ? { status: outcome.status, latencyMs, answer: storedText(outcome.answer), error: null }
    : { status: null, latencyMs, answer: null, error: storedText(outcome.reason) }
}
