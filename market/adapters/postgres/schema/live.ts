import {
  bigint,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  varchar,
} from 'drizzle-orm/pg-core'
import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { chainNumber, milliHbd, moment, record } from '../columns.ts'

/** What gossip says. Nobody answers for it, it ends by itself, and the tables may be emptied at any time. */

/** Offers that their creators have signed, until the chain's own tables have them. */
export const liveOffers = pgTable(
  'live_offers',
  {
    job: varchar({ length: 33 }).primaryKey(),
    offer: record<JobOffer>().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [index('live_offers_ending').on(table.expiresAt)],
)

export const liveBids = pgTable(
  'live_bids',
  {
    job: varchar({ length: 33 }).notNull(),
    encoder: varchar({ length: 16 }).notNull(),
    price: milliHbd().notNull(),
    readyBy: chainNumber().notNull(),
    bid: record<Bid>().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.job, table.encoder] }),
    index('live_bids_by_price').on(table.job, table.price, table.encoder),
    index('live_bids_ending').on(table.expiresAt),
  ],
)

/** Bids that nobody can read yet: the first seal of each encoder, by which the bid that opens it is known. */
export const liveSeals = pgTable(
  'live_seals',
  {
    job: varchar({ length: 33 }).notNull(),
    encoder: varchar({ length: 16 }).notNull(),
    seal: record<SealedBid>().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.job, table.encoder] }),
    index('live_seals_ending').on(table.expiresAt),
  ],
)

export const liveProgress = pgTable(
  'live_progress',
  {
    job: varchar({ length: 33 }).notNull(),
    encoder: varchar({ length: 16 }).notNull(),
    sequence: bigint({ mode: 'number' }).notNull(),
    stage: text({ enum: ['downloading', 'encoding', 'uploading'] }).notNull(),
    percent: real().notNull(),
    speed: real(),
    etaSeconds: bigint({ mode: 'number' }),
    preview: text(),
    expiresAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.job, table.encoder] }),
    index('live_progress_ending').on(table.expiresAt),
  ],
)

export const livePresence = pgTable(
  'live_presence',
  {
    account: varchar({ length: 16 }).primaryKey(),
    at: chainNumber().notNull(),
    freeSlots: integer().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [index('live_presence_ending').on(table.expiresAt)],
)
