import { index, pgTable, text, varchar } from 'drizzle-orm/pg-core'
import { moment } from '../columns.ts'

/** Texts that accounts were asked to sign. A row goes when it is used: nobody signs in with it twice. */
export const challenges = pgTable('challenges', {
  nonce: text().primaryKey(),
  account: varchar({ length: 16 }).notNull(),
  text: text().notNull(),
  expiresAt: moment().notNull(),
})

/** Who is signed in. Of a token only its hash is kept. */
export const sessions = pgTable(
  'sessions',
  {
    tokenHash: text().primaryKey(),
    account: varchar({ length: 16 }).notNull(),
    createdAt: moment().notNull().defaultNow(),
    expiresAt: moment().notNull(),
  },
  (table) => [index('sessions_of_account').on(table.account)],
)
