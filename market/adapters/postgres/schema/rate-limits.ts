import { bigint, index, integer, pgTable, varchar } from 'drizzle-orm/pg-core'

/**
 * What was tried of late, by whom, in the form of rate-limiter-flexible. Without a write-ahead log (see the migration): a crash of the
 * server costs a minute's counts.
 */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: varchar({ length: 255 }).primaryKey(),
    points: integer().notNull().default(0),
    /** In milliseconds since 1970. */
    expire: bigint({ mode: 'number' }),
  },
  (table) => [index('rate_limits_ended').on(table.expire)],
)
