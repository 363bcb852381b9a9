import { sql } from 'drizzle-orm'
import { afterAll, beforeEach } from 'vitest'
import type { PostgresDatabase } from '#market/adapters/postgres/database.ts'
import { writeWebhook } from '#market/adapters/postgres/webhook-outbox.ts'
import { createWebhookStore } from '#market/adapters/postgres/webhook-store.ts'
import type { WebhookEvent } from '#market/domain/webhook-event.ts'
import { formatWebhookSecret } from '#market/domain/webhook-signature.ts'
import type { WebhookCall, WebhookSender } from '#market/ports/webhook-sender.ts'
import { openTestDatabase } from './postgres.ts'

export const webhookSecret = formatWebhookSecret(new Uint8Array(32).fill(7))

/** One database for the tests of a file, empty before each. */
export async function aWebhookStore() {
  const opened = await openTestDatabase()
  const { database } = opened
  afterAll(() => opened[Symbol.asyncDispose]())
  beforeEach(async () => {
    await database.execute(
      sql`truncate webhook_deliveries, webhook_receipts, encoding_jobs, alerts cascade`,
    )
  })
  return { ...opened, deliveries: createWebhookStore(database) }
}

/** An event of no job, unless told otherwise. */
export function aWebhookEvent(changed: Partial<WebhookEvent> = {}): WebhookEvent {
  return {
    owner: 'alice',
    job: null,
    type: 'job.completed',
    at: Date.UTC(2030, 0, 1),
    url: 'https://hooks.example/',
    secret: webhookSecret,
    data: { outputCid: 'bafy' },
    ...changed,
  }
}

/** Writes an event in a transaction of its own. */
export function write(database: PostgresDatabase, changed: Partial<WebhookEvent> = {}) {
  return database.transaction((transaction) => writeWebhook(transaction, aWebhookEvent(changed)))
}

/** Receivers that answer as they are told, and keep what they got. */
export function aReceiver(answer: (call: WebhookCall) => number | Promise<number> = () => 200) {
  const calls: WebhookCall[] = []
  const sender: WebhookSender = {
    send: async (call, signal) => {
      calls.push(call)
      const status = await answer(call)
      signal.throwIfAborted()
      if (status === 0) return { type: 'unanswered', reason: 'ECONNREFUSED', latencyMs: 3 }
      const [answered, retryAfterSeconds] = [`status ${status}\u0000`, null]
      return { type: 'answered', status, latencyMs: 5, answer: answered, retryAfterSeconds }
    },
  }
  return { sender, calls }
}
