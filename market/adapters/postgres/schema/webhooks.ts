import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { moment } from '../columns.ts'

/** Calls to owners' addresses: `due` until one is answered well (`delivered`) or all tries are used up (`dead`). */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    /** The event's id: the same in every try, so that a receiver can tell. */
    id: uuid().primaryKey().defaultRandom(),
    owner: varchar({ length: 16 }).notNull(),
    jobId: uuid(),
    /** Of a job's event; those of no job are counted by owner. */
    sequence: bigint({ mode: 'number' }).notNull(),
    type: text().notNull(),
    url: text().notNull(),
    secret: text().notNull(),
    body: text().notNull(),
    phase: text({ enum: ['due', 'delivered', 'dead'] })
      .notNull()
      .default('due'),
    /** Begun so far; never falls, so it tells whose report is a late one. */
    tries: integer().notNull().default(0),
    triesAllowed: integer().notNull().default(12),
    /** While somebody has it in lease, when that ends. */
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
    index('webhook_deliveries_due').on(table.owner, table.nextTryAt).where(sql`phase = 'due'`),
    index('webhook_deliveries_leased')
      .on(table.owner, table.leaseExpiresAt)
      .where(sql`lease_expires_at is not null`),
    index('webhook_deliveries_dead').on(table.finishedAt).where(sql`phase = 'dead'`),
    index('webhook_deliveries_ended').on(table.finishedAt).where(sql`phase <> 'due'`),
    index('webhook_deliveries_of_owner').on(table.owner, table.createdAt.desc(), table.id.desc()),
    uniqueIndex('webhook_deliveries_of_job').on(table.jobId, table.sequence),
    uniqueIndex('webhook_deliveries_of_no_job')
      .on(table.owner, table.sequence)
      .where(sql`job_id is null`),
    check('webhook_deliveries_phase', sql`phase in ('due', 'delivered', 'dead')`),
    check('webhook_deliveries_end', sql`(phase = 'due') = (finished_at is null)`),
  ],
)

/** The delivery log: what came of each try. */
export const webhookTries = pgTable(
  'webhook_tries',
  {
    deliveryId: uuid()
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    at: moment().notNull(),
    status: integer(),
    latencyMs: integer().notNull(),
    answer: text(),
    error: text(),
  },
  (table) => [primaryKey({ columns: [table.deliveryId, table.number] })],
)

/** Ids of calls that others made to us: the second one of the same id changes nothing. */
export const webhookReceipts = pgTable(
  'webhook_receipts',
  {
    sender: text().notNull(),
    id: text().notNull(),
    receivedAt: moment().notNull().defaultNow(),
  },
  (table) => [
    unique('webhook_receipts_once').on(table.sender, table.id),
    index('webhook_receipts_by_age').on(table.receivedAt),
  ],
)
