import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, uuid } from 'drizzle-orm/pg-core'
import { moment } from '../columns.ts'
import { encodingJobs } from './jobs.ts'

/** How each job goes from tier to tier. Apart from the jobs, whose rows are written with every word of an encoder. */
export const jobPlans = pgTable(
  'job_plans',
  {
    jobId: uuid()
      .primaryKey()
      .references(() => encodingJobs.id, { onDelete: 'cascade' }),
    /** The tiers that its owner named, in order, as `PlannedTier`. */
    steps: jsonb().notNull(),
    signatureWaitSeconds: integer().notNull(),
    /** By tier, what was last found out about it. */
    reasons: jsonb().notNull().default({}),
    /** When somebody is to look at it next; null once it has ended. */
    lookAt: moment().defaultNow(),
    /** Until when an award that its owner was asked to sign can reach the chain. */
    awardUntil: moment(),
  },
  (table) => [index('job_plans_due').on(table.lookAt).where(sql`look_at is not null`)],
)
