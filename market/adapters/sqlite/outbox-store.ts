import { asc, eq } from 'drizzle-orm'
import type { Signature } from '#protocol/envelope.ts'
import type { TransactionId } from '#protocol/ids.ts'
import { ChainTime, TransactionId as TransactionIdSchema } from '#protocol/ids.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import type { NodeDatabase } from './database.ts'
import { outboxEntries } from './schema.ts'

/** Where transactions wait for their signatures, and until the chain has decided about them. */
export type OutboxStore = {
  insert(entry: OutboxEntry): void
  find(key: string): OutboxEntry | null
  /** Those that the chain has not decided about, signed or not, first to expire first. */
  undecided(): readonly OutboxEntry[]
  unsigned(): readonly OutboxEntry[]
  signed(): readonly OutboxEntry[]
  /** Gives an unsigned one its signatures. */
  sign(id: TransactionId, signatures: readonly Signature[]): void
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
  const undecided = (): readonly OutboxEntry[] =>
    database
      .select()
      .from(outboxEntries)
      .where(eq(outboxEntries.phase, 'signed'))
      .orderBy(asc(outboxEntries.expires))
      .all()
      .map(fromRow)
  return {
    insert: (entry) => {
      database.insert(outboxEntries).values(toRow(entry)).run()
    },
    find: (key) => {
      const row = database.select().from(outboxEntries).where(eq(outboxEntries.key, key)).get()
      return row ? fromRow(row) : null
    },
    undecided,
    unsigned: () => undecided().filter(({ phase }) => phase === 'unsigned'),
    signed: () => undecided().filter(({ phase }) => phase === 'signed'),
    sign: (id, signatures) => {
      const entry = undecided().find((waiting) => waiting.id === id)
      if (entry?.phase !== 'unsigned') return
      update(id, { transaction: { ...entry.transaction, signatures: [...signatures] } })
    },
    confirm: (id, block) => update(id, { phase: 'confirmed', block }),
    expire: (id) => update(id, { phase: 'expired' }),
    complain: (id, complaint) => update(id, { complaint }),
  }
}

/** A row's phase is what the chain has decided, `signed` for nothing yet; its signatures tell whether it could be sent. */
function toRow({ id, phase, ...entry }: OutboxEntry): Row {
  return { ...entry, phase: phase === 'unsigned' ? 'signed' : phase, transactionId: id }
}

function fromRow({ transactionId, phase, ...row }: Row): OutboxEntry {
  const isUnsigned = phase === 'signed' && row.transaction.signatures.length === 0
  return {
    ...row,
    phase: isUnsigned ? 'unsigned' : phase,
    id: TransactionIdSchema.parse(transactionId),
    expires: ChainTime.parse(row.expires),
  }
}
