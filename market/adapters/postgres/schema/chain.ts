import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'
import type { Escrow } from '#contracts/escrow.ts'
import type { Job } from '#contracts/job.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import { account, chainNumber, job, milliHbd, rawRecord, record, roles } from '../columns.ts'

/**
 * What follows from irreversible blocks, and nothing else: whoever makes these tables anew from the first block has the same bytes
 * in them, but for `chain_blocks` and `chain_snapshots`, which are the way there and depend on how it was gone.
 */

/** Of `chain_nodes`: who offers to encode now. */
const isEncoding = sql`phase = 'active' and price_per_minute is not null`

/** One row: the last block that the tables have. Whoever applies the next ones holds it and compares it first. */
export const chainCursor = pgTable('chain_cursor', {
  id: integer().primaryKey(),
  chainId: text().notNull(),
  operationId: text().notNull(),
  genesisHeight: chainNumber().notNull(),
  height: chainNumber(),
  block: text(),
  time: chainNumber(),
  /** Sequence of the newest row of `chain_job_events`. */
  events: chainNumber().notNull(),
})

/** Blocks since the snapshot before the newest, as they were applied. */
export const chainBlocks = pgTable('chain_blocks', {
  first: chainNumber().primaryKey(),
  last: chainNumber().notNull(),
  blocks: rawRecord<readonly LedgerBlock[]>().notNull(),
})

/** A snapshot is as many rows as it has parts. */
export const chainSnapshots = pgTable(
  'chain_snapshots',
  {
    height: chainNumber().notNull(),
    part: integer().notNull(),
    parts: integer().notNull(),
    version: integer().notNull(),
    hash: text().notNull(),
    state: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.height, table.part] })],
)

/** What became of each operation. The ends of blocks have no transaction of their own, so a place in a block is the key. */
export const chainOperations = pgTable(
  'chain_operations',
  {
    height: chainNumber().notNull(),
    position: integer().notNull(),
    time: chainNumber().notNull(),
    transaction: text().notNull(),
    kind: text().notNull(),
    signer: account(),
    job: job(),
    refusal: text(),
    facts: jsonb().notNull(),
    action: rawRecord<LedgerAction>(),
  },
  (table) => [
    primaryKey({ columns: [table.height, table.position] }),
    index('chain_operations_of_transaction').on(table.transaction, table.position),
    index('chain_operations_of_signer').on(table.signer, table.height, table.position),
    index('chain_operations_of_job').on(table.job, table.height, table.position),
    index('chain_operations_registering')
      .on(table.signer, table.height, table.position)
      .where(sql`kind in ('node.register', 'node.retire') and refusal is null`),
  ],
)

export const chainJobs = pgTable(
  'chain_jobs',
  {
    id: job().primaryKey(),
    phase: text().notNull(),
    creator: account().notNull(),
    encoder: account(),
    arbiter: account(),
    /** The creator's name of the video that this is a range of. */
    whole: job(),
    ceiling: milliHbd().notNull(),
    price: milliHbd(),
    /** Of one minute of the video, all renditions together. */
    pricePerMinute: milliHbd(),
    fee: milliHbd(),
    toEncoder: milliHbd(),
    toCreator: milliHbd(),
    isDisputed: boolean().notNull(),
    stars: integer(),
    offeredHeight: chainNumber().notNull(),
    acceptedTime: chainNumber(),
    deliveredTime: chainNumber(),
    settledTime: chainNumber(),
    /** How long the video is. */
    videoMilliseconds: chainNumber(),
    record: record<Job>().notNull(),
  },
  (table) => [
    // What follows the id orders nothing: it is there for filters that come together.
    index('chain_jobs_of_creator').on(
      table.creator,
      table.offeredHeight,
      table.id,
      table.phase,
      table.encoder,
    ),
    index('chain_jobs_of_encoder').on(
      table.encoder,
      table.offeredHeight,
      table.id,
      table.phase,
      table.creator,
    ),
    index('chain_jobs_newest').on(table.offeredHeight, table.id),
    index('chain_jobs_by_phase').on(table.phase, table.offeredHeight, table.id),
    index('chain_jobs_of_whole')
      .on(table.whole, table.offeredHeight, table.id)
      .where(sql`whole is not null`),
    index('chain_jobs_prices')
      .on(table.acceptedTime, table.price, table.pricePerMinute)
      .where(sql`accepted_time is not null`),
    index('chain_jobs_deliveries')
      .on(table.deliveredTime, table.acceptedTime, table.videoMilliseconds)
      .where(sql`delivered_time is not null`),
  ],
)

/** The lives of jobs, step by step, in the order of the chain; the sequence is the same whoever makes it. */
export const chainJobEvents = pgTable(
  'chain_job_events',
  {
    sequence: bigint({ mode: 'number' }).primaryKey(),
    height: chainNumber().notNull(),
    position: integer().notNull(),
    ordinal: integer().notNull(),
    time: chainNumber().notNull(),
    transaction: text().notNull(),
    job: job().notNull(),
    type: text().notNull(),
    actor: account(),
    receiver: account(),
    amount: milliHbd(),
  },
  (table) => [
    index('chain_job_events_of_job').on(table.job, table.sequence),
    index('chain_job_events_money')
      .on(table.time, table.type, table.amount)
      .where(sql`type in ('job-accepted', 'escrow-paid', 'escrow-returned')`),
  ],
)

/** What accounts had from escrows: encoders their pay, arbiters their fees, creators what came back. */
export const chainReceipts = pgTable(
  'chain_receipts',
  {
    account: account().notNull(),
    height: chainNumber().notNull(),
    position: integer().notNull(),
    role: text({ enum: roles }).notNull(),
    time: chainNumber().notNull(),
    transaction: text().notNull(),
    job: job().notNull(),
    amount: milliHbd().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.height, table.position, table.role] }),
    index('chain_receipts_sums').on(table.account, table.role, table.time, table.amount),
  ],
)

export const chainNodes = pgTable(
  'chain_nodes',
  {
    account: account().primaryKey(),
    phase: text().notNull(),
    peer: text().notNull(),
    roles: text().array().notNull(),
    region: text(),
    updatedHeight: chainNumber().notNull(),
    /** Of who encodes: what it makes, through what, how fast, and what a minute of the whole ladder costs. */
    codecs: text().array(),
    hwAccel: text(),
    speed: integer(),
    pricePerMinute: milliHbd(),
    /** Addresses, prices and capabilities with the rest. */
    record: record<NodeRecord>().notNull(),
  },
  (table) => [
    index('chain_nodes_by_price').on(table.pricePerMinute, table.account).where(isEncoding),
    index('chain_nodes_by_speed').on(table.speed, table.account).where(isEncoding),
  ],
)

/** The price lists of encoders, one row for each that differs from the account's one before. */
export const chainPrices = pgTable(
  'chain_prices',
  {
    account: account().notNull(),
    height: chainNumber().notNull(),
    position: integer().notNull(),
    time: chainNumber().notNull(),
    transaction: text().notNull(),
    /** Null where the account no longer offers to encode. */
    prices: record<readonly RenditionPrice[]>(),
  },
  (table) => [primaryKey({ columns: [table.account, table.height, table.position] })],
)

/** Live escrows. */
export const chainEscrows = pgTable(
  'chain_escrows',
  {
    key: text().primaryKey(),
    phase: text().notNull(),
    job: job().notNull(),
    agent: account().notNull(),
    held: milliHbd().notNull(),
    record: record<Escrow>().notNull(),
  },
  (table) => [
    index('chain_escrows_disputed').on(table.agent).where(sql`phase = 'disputed'`),
    index('chain_escrows_held').on(table.held),
  ],
)
