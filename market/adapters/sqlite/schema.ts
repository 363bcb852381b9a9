import { sql } from 'drizzle-orm'
import {
  check,
  customType,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core'
import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { ChainTime, Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { InitRecord, SegmentRecord } from '#protocol/manifest.ts'
import { fromTagged, toTagged } from '#protocol/tagged-json.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import type { EncoderJob } from '../../domain/encoder-job.ts'
import type { EncounterKind } from '../../domain/encounter.ts'
import type { SplitJob } from '../../domain/split-job.ts'
import type { AgentClaim } from '../../ports/agent-queue.ts'
import type { EncodingResult } from '../../ports/job-scheduler.ts'
import type { BlockHistory } from '../../ports/market-history.ts'

/** One node's own state. What the chain says can be folded again; what this node has signed, decided or made cannot. */

/** A record as JSON text, bigints and maps included. */
function record<T>(name: string) {
  return customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(toTagged(value)),
    fromDriver: (value) => fromTagged(JSON.parse(value)) as T,
  })(name)
}

/** Facts that bind the directory to one chain and one account: `chain`, `account`. */
export const bindings = sqliteTable('bindings', {
  name: text().primaryKey(),
  value: text().notNull(),
})

/** Irreversible blocks since the last snapshot. */
export const ledgerBlocks = sqliteTable('ledger_blocks', {
  height: integer().primaryKey(),
  block: record<LedgerBlock>('block').notNull(),
})

/** A snapshot is as many rows as it has parts. */
export const ledgerSnapshots = sqliteTable(
  'ledger_snapshots',
  {
    height: integer().notNull(),
    part: integer().notNull(),
    parts: integer().notNull(),
    version: integer().notNull(),
    hash: text().notNull(),
    state: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.height, table.part] })],
)

export const outboxEntries = sqliteTable(
  'outbox_entries',
  {
    key: text().primaryKey(),
    transactionId: text().notNull().unique(),
    transaction: record<SignedTransaction>('transaction').notNull(),
    expires: integer().notNull(),
    phase: text({ enum: ['signed', 'confirmed', 'expired'] }).notNull(),
    block: integer(),
    complaint: text(),
  },
  (table) => [
    index('outbox_entries_signed').on(table.expires).where(sql`phase = 'signed'`),
    check('outbox_entries_block', sql`(phase = 'confirmed') = (block is not null)`),
  ],
)

export const creatorJobs = sqliteTable('creator_jobs', {
  id: text().primaryKey(),
  phase: text().notNull(),
  job: record<CreatorJob>('job').notNull(),
})

/** Videos that are sold in ranges; their jobs are among those above. */
export const splitJobs = sqliteTable('split_jobs', {
  id: text().primaryKey(),
  phase: text().notNull(),
  job: record<SplitJob>('job').notNull(),
})

export const encoderJobs = sqliteTable('encoder_jobs', {
  id: text().primaryKey(),
  phase: text().notNull(),
  job: record<EncoderJob>('job').notNull(),
})

export const receivedBids = sqliteTable(
  'received_bids',
  {
    job: text().notNull(),
    encoder: text().notNull(),
    envelope: record<Envelope<Bid>>('envelope').notNull(),
  },
  (table) => [primaryKey({ columns: [table.job, table.encoder] })],
)

/** The seals of a job's bids, one of each encoder. */
export const receivedSeals = sqliteTable(
  'received_seals',
  {
    job: text().notNull(),
    encoder: text().notNull(),
    envelope: record<Envelope<SealedBid>>('envelope').notNull(),
  },
  (table) => [primaryKey({ columns: [table.job, table.encoder] })],
)

/** What this node's jobs have shown of encoders. */
export const encounters = sqliteTable(
  'encounters',
  {
    encoder: text().$type<HiveAccount>().notNull(),
    job: text().$type<JobId>().notNull(),
    kind: text().$type<EncounterKind>().notNull(),
    at: integer().$type<ChainTime>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.encoder, table.job, table.kind] })],
)

export const jobEvents = sqliteTable(
  'job_events',
  {
    sequence: integer().primaryKey({ autoIncrement: true }),
    job: text().notNull(),
    event: record<JobEvent>('event').notNull(),
  },
  (table) => [index('job_events_job').on(table.job, table.sequence)],
)

/** Finished pieces of encoding: one part of one rendition, or the sound as part 0 of `audio`. */
export const encodedPieces = sqliteTable(
  'encoded_pieces',
  {
    job: text().notNull(),
    rendition: text().notNull(),
    part: integer().notNull(),
    segments: record<readonly SegmentRecord[]>('segments').notNull(),
    /** The hardware that made it; null for the recipe's own encoder. */
    hardware: text().$type<HardwareEncoder>(),
    /** The initialization segment of its rendition; null for transport streams. */
    init: record<InitRecord>('init'),
  },
  (table) => [primaryKey({ columns: [table.job, table.rendition, table.part] })],
)

/** Pieces by everything their bytes depend on: what any job, or any run, has encoded once is not encoded again. */
export const cachedPieces = sqliteTable(
  'cached_pieces',
  {
    key: text().primaryKey(),
    segments: record<readonly SegmentRecord[]>('segments').notNull(),
    /** The folder of the tree they are in; empty where they are blocks of this node. */
    place: text().notNull(),
    /** The initialization segment of its rendition; null for transport streams. */
    init: record<InitRecord>('init'),
    bytes: integer().notNull(),
    usedAt: integer().notNull(),
  },
  (table) => [index('cached_pieces_used').on(table.usedAt)],
)

/** What is kept in the block store, and for whom. A block below no pin may be collected. */
export const pins = sqliteTable(
  'pins',
  {
    cid: text().notNull(),
    owner: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.cid, table.owner] }),
    index('pins_owner').on(table.owner),
  ],
)

/** The queue of a desktop agent that has no indexer. */
export const agentJobs = sqliteTable(
  'agent_jobs',
  {
    id: text().$type<EncodingJobId>().primaryKey(),
    owner: text().$type<HiveAccount>().notNull(),
    permlink: text().notNull(),
    inputCid: text().$type<Cid>().notNull(),
    qualities: record<readonly string[]>('qualities').notNull(),
    phase: text({ enum: ['queued', 'leased', 'completed', 'failed'] }).notNull(),
    attempts: integer().notNull(),
    fencingToken: integer().notNull(),
    error: text(),
    result: record<EncodingResult>('result'),
    createdAt: integer().notNull(),
    /** Nobody gets it before. */
    nextTryAt: integer().notNull(),
  },
  (table) => [index('agent_jobs_phase').on(table.phase, table.createdAt)],
)

/** What a desktop agent has claimed and not handed back yet, and what it has come to. */
export const agentClaims = sqliteTable('agent_claims', {
  job: text().$type<EncodingJobId>().primaryKey(),
  claim: record<AgentClaim>('claim').notNull(),
  result: record<EncodingResult>('result'),
})

/** What blocks told of the market, from its first one on, where somebody wants to look at it; else nothing. */
export const ledgerHistory = sqliteTable('ledger_history', {
  height: integer().primaryKey(),
  block: record<BlockHistory>('block').notNull(),
})
