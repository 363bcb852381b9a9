import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { EvidenceLink } from '#contracts/explain-standing.ts'
import type { Mark } from '#contracts/parameters.ts'
import { account, chainNumber, job, record, roles, wideInteger } from '../columns.ts'

/** How accounts stand by the chain, and what that follows from; made of irreversible blocks as the tables of `chain.ts` are. */

/** Who stands where, in each role that was played or registered for. Sums grow with the chain's height, as contracts keep them. */
export const chainStandings = pgTable(
  'chain_standings',
  {
    account: account().notNull(),
    role: text({ enum: roles }).notNull(),
    /** As of the last change of the account's own record, or a later checkpoint. */
    score: integer().notNull(),
    low: integer().notNull(),
    high: integer().notNull(),
    /** Of the last block that changed the account's own record or its registration. */
    activeTime: chainNumber().notNull(),
    deeds: integer().notNull(),
    goodTotal: wideInteger().notNull(),
    faults: wideInteger().notNull(),
    marks: record<ReadonlyMap<Mark, bigint>>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.role] }),
    index('chain_standings_best').on(table.role, table.score, table.account),
    index('chain_standings_latest').on(table.role, table.activeTime, table.account),
  ],
)

/** What scores were: after each block that changed the account's record in the role, and once a day, as they fade in between. */
export const chainScorePoints = pgTable(
  'chain_score_points',
  {
    account: account().notNull(),
    role: text({ enum: roles }).notNull(),
    height: chainNumber().notNull(),
    time: chainNumber().notNull(),
    score: integer().notNull(),
    low: integer().notNull(),
    high: integer().notNull(),
    /** True where a deed moved it, and false where only time did. */
    isDeed: boolean().notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.role, table.height] })],
)

/** By whose custom an account has its standing. */
export const chainCustom = pgTable(
  'chain_custom',
  {
    account: account().notNull(),
    role: text({ enum: roles }).notNull(),
    counterpart: account().notNull(),
    good: wideInteger().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.role, table.counterpart] }),
    index('chain_custom_of_counterpart').on(
      table.counterpart,
      table.account,
      table.role,
      table.good,
    ),
  ],
)

/** What each job says of its parties, with the transactions that it follows from. */
export const chainStandingDeeds = pgTable(
  'chain_standing_deeds',
  {
    job: job().notNull(),
    place: integer().notNull(),
    account: account().notNull(),
    role: text({ enum: roles }).notNull(),
    counterpart: account(),
    height: chainNumber().notNull(),
    time: chainNumber().notNull(),
    transaction: text().notNull(),
    /** Micro-HBD. */
    good: wideInteger().notNull(),
    fault: wideInteger().notNull(),
    marks: text().array().notNull(),
    links: jsonb().$type<readonly EvidenceLink[]>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.job, table.place] }),
    index('chain_standing_deeds_of_account').on(
      table.account,
      table.role,
      table.height,
      table.job,
      table.place,
    ),
  ],
)
