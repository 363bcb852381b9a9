import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { moment } from '../columns.ts'

/** Who did what. Each entry's hash covers the one before, so that none can be changed or left out without a trace. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    sequence: bigint({ mode: 'number' }).primaryKey(),
    at: moment().notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
    previousHash: text().notNull(),
    hash: text().notNull().unique(),
  },
  (table) => [
    index('audit_entries_of_actor').on(table.actor, table.sequence.desc()),
    index('audit_entries_of_subject').on(table.subject, table.sequence.desc()),
  ],
)
