import { and, eq } from 'drizzle-orm'
import type { AlertChange, AlertStore } from '../../ports/alert-store.ts'
import type { PostgresDatabase } from './database.ts'
import { alerts } from './schema/alerts.ts'
import { writeWebhook } from './webhook-outbox.ts'

export function createAlertStore(database: PostgresDatabase): AlertStore {
  return {
    settle: (changes) =>
      database.transaction(async (transaction) => {
        const told: string[] = []
        // In one order everywhere: two processes that see the same wait for each other, and not both ways.
        for (const change of changes.toSorted(byKey)) {
          if (!(await isNew(transaction, change))) continue
          await writeWebhook(transaction, change.event)
          told.push(change.key)
        }
        return told
      }),
  }
}

function byKey(one: AlertChange, other: AlertChange): number {
  return one.key < other.key ? -1 : 1
}

async function isNew(
  transaction: PostgresDatabase,
  { key, phase, event }: AlertChange,
): Promise<boolean> {
  const since = new Date(event.at)
  if (phase === 'resolved') {
    const { rowCount } = await transaction
      .update(alerts)
      .set({ phase, since })
      .where(and(eq(alerts.name, key), eq(alerts.phase, 'firing')))
    return rowCount === 1
  }
  const { rowCount } = await transaction
    .insert(alerts)
    .values({ name: key, phase, since })
    .onConflictDoUpdate({
      target: alerts.name,
      set: { phase, since },
      setWhere: eq(alerts.phase, 'resolved'),
    })
  return rowCount === 1
}
