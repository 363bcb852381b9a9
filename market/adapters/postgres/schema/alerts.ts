import { pgTable, text } from 'drizzle-orm/pg-core'
import { moment } from '../columns.ts'

/** What the operator was last told about each condition: several indexers see the same and one of them tells it. */
export const alerts = pgTable('alerts', {
  name: text().primaryKey(),
  phase: text({ enum: ['firing', 'resolved'] }).notNull(),
  since: moment().notNull(),
})
