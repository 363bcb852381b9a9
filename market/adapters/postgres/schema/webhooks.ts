import { sql } from 'drizzle-orm'
import { bigint, index, integer, pgTable, text, unique, uuid, varchar } from 'drizzle-orm/pg-core'
import { moment } from '../columns.ts'

/** Calls to owners' addresses: `due` until one is answered well (`delivered`) or all tries are used up (`dead`). */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    /** The event's id: the same in every try, so that a receiver can tell. */
    id: uuid().primaryKey().defaultRandom(),
    owner: varchar({ length: 16 }).notNull(),
    jobId: uuid(),
    /** Counts the events of one job, or of one owner for those of no job. */
    sequence: bigint({ mode: 'number' }).notNull(),
    type: text().notNull(),
    url: text().notNull(),
    secret: text().notNull(),
    body: text().notNull(),
    phase: text({ enum: ['due', 'delivered', 'dead'] })
      .notNull()
      .default('due'),
    tries: integer().notNull().default(0),
    nextTryAt: moment().notNull().defaultNow(),
    leaseExpiresAt: moment(),
    lastStatus: integer(),
    lastLatencyMs: integer(),
    lastAnswer: text(),
    lastError: text(),
    createdAt: moment().notNull().defaultNow(),
    finishedAt: moment(),
  },
  (table) => [
    index('webhook_deliveries_due').on(table.nextTryAt).where(sql`phase = 'due'`),
    index('webhook_deliveries_of_owner').on(table.owner, table.createdAt.desc(), table.id),
    index('webhook_deliveries_of_job').on(table.jobId, table.sequence),
  ],
)

/** Ids of calls that others made to us: the second one of the same id changes nothing. */
export const webhookReceipts = pgTable(
  'webhook_receipts',
  {
    sender: text().notNull(),
    id: text().notNull(),
    receivedAt: moment().notNull().defaultNow(),
  },
  (table) => [unique('webhook_receipts_once').on(table.sender, table.id)],
)
