import { and, eq, lt } from 'drizzle-orm'
import type { WebhookReceipts } from '../../ports/webhook-receipts.ts'
import type { PostgresDatabase } from './database.ts'
import { webhookReceipts as receipts } from './schema/webhooks.ts'

export function createWebhookReceipts(database: PostgresDatabase): WebhookReceipts {
  return {
    has: async (sender, id) => {
      const found = await database
        .select({ id: receipts.id })
        .from(receipts)
        .where(and(eq(receipts.sender, sender), eq(receipts.id, id)))
      return found.length > 0
    },
    add: async (sender, id, receivedAt) => {
      await database.insert(receipts).values({ sender, id, receivedAt }).onConflictDoNothing()
    },
    prune: async (receivedBefore) => {
      const { rowCount } = await database
        .delete(receipts)
        .where(lt(receipts.receivedAt, receivedBefore))
      return rowCount ?? 0
    },
  }
}
