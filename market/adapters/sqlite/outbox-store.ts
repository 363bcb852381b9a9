import { asc, eq } from 'drizzle-orm'
import type { TransactionId } from '#protocol/ids.ts'
import { ChainTime, TransactionId as TransactionIdSchema } from '#protocol/ids.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import type { NodeDatabase } from './database.ts'
import { outboxEntries } from './schema.ts'

/** Where signed transactions wait until the chain has decided about them. */
export type OutboxStore = {
  insert(entry: OutboxEntry): void
  find(key: string): OutboxEntry | null
  /** Those not yet decided, first to expire first. */
  signed(): readonly OutboxEntry[]
  confirm(id: TransactionId, block: number): void
  expire(id: TransactionId): void
  /** Notes why the endpoints refuse it, or that one has taken it; neither decides anything. */
  complain(id: TransactionId, complaint: string | null): void
}

type Row = typeof outboxEntries.$inferSelect

export function createOutboxStore(database: NodeDatabase): OutboxStore {
  const update = (id: TransactionId, set: Partial<Row>): void => {
    database.update(outboxEntries).set(set).where(eq(outboxEntries.transactionId, id)).run()
  }
  return {
    insert: (entry) => {
      database.insert(outboxEntries).values(toRow(entry)).run()
    },
    find: (key) => {
      const row = database.select().from(outboxEntries).where(eq(outboxEntries.key, key)).get()
      return row ? fromRow(row) : null
    },
    signed: () =>
      database
        .select()
        .from(outboxEntries)
        .where(eq(outboxEntries.phase, 'signed'))
        .orderBy(asc(outboxEntries.expires))
        .all()
        .map(fromRow),
    confirm: (id, block) => update(id, { phase: 'confirmed', block }),
    expire: (id) => update(id, { phase: 'expired' }),
    complain: (id, complaint) => update(id, { complaint }),
  }
}

function toRow({ id, ...entry }: OutboxEntry): Row {
  return { ...entry, transactionId: id }
}

function fromRow({ transactionId, ...row }: Row): OutboxEntry {
  return {
    ...row,
    id: TransactionIdSchema.parse(transactionId),
    expires: ChainTime.parse(row.expires),
  }
}
