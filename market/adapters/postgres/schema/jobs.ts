import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  real,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { HwAccel } from '#protocol/encoder.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import { encoderKinds, encodingEventTypes, encodingPhases } from '#protocol/encoding-job.ts'
import type { HiveAccount, PeerId } from '#protocol/ids.ts'
import { milliHbd, moment, momentOfList } from '../columns.ts'

/** Every job of the queue; what happens to one is told with `JobScheduler`. */
export const encodingJobs = pgTable(
  'encoding_jobs',
  {
    id: uuid().primaryKey().defaultRandom(),
    owner: varchar({ length: 16 }).notNull(),
    permlink: text().notNull(),
    inputCid: text().notNull(),
    isShort: boolean().notNull(),
    durationSeconds: real(),
    qualities: text().array().notNull(),
    /** Kinds that may take it, the owner's favourite first. */
    tiers: text({ enum: encoderKinds }).array().notNull(),
    /** The kind that may take it now. */
    tier: text({ enum: encoderKinds }).notNull(),
    tierEnteredAt: moment().notNull().defaultNow(),
    /** Round of its tier in which it is up: in each, every owner who waits has one job, so that nobody waits for another's many. */
    turn: bigint({ mode: 'number' }).notNull(),
    budget: milliHbd(),
    phase: text({ enum: encodingPhases }).notNull().default('queued'),

    assignedAt: moment(),
    /** Stays when a lease is lost or given back, so that its former holder can be told. */
    assignedEncoderId: varchar(),
    leaseExpiresAt: moment(),
    /** Grows with every lease: a call with an older one comes from somebody whose lease is gone. */
    fencingToken: bigint({ mode: 'number' }).notNull().default(0),

    attempts: integer().notNull().default(0),
    maxAttempts: integer().notNull().default(3),
    /** Attempts that failed, in whatever tier and whether they counted or not: the more, the longer the job rests. */
    failures: integer().notNull().default(0),
    lastError: text(),
    lastErrorClass: text(),
    /** Set while a job rests; who wakes it takes it away, so that claims need no look at the time. */
    nextRetryAt: moment(),
    /** A job that nobody finished by then is given up. */
    expiresAt: moment().notNull(),

    currentStage: text({ enum: ['downloading', 'encoding', 'uploading'] }),
    stageProgress: integer().notNull().default(0),
    /** 0 to 100 over all stages; never falls within a lease. */
    progress: integer().notNull().default(0),

    jobSignature: text(),
    webhookUrl: text(),
    webhookSecret: text(),
    /** The job's id on the chain, once it was offered to the community. */
    marketJob: varchar({ length: 33 }),
    /** Sequence of the newest step of that job on the chain which this one has followed. */
    marketEvent: bigint({ mode: 'number' }).notNull().default(0),
    /** What the encoder had for it; null where nobody was paid by the chain. */
    paid: milliHbd(),

    outputCid: text(),
    manifestPath: text(),
    outputQualities: text().array(),
    processingTimeSec: real(),
    outputSizeBytes: bigint({ mode: 'number' }),

    createdAt: momentOfList().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
    finishedAt: moment(),
  },
  (table) => [
    index('encoding_jobs_claimable')
      .on(table.tier, table.turn, table.createdAt)
      .where(sql`phase = 'queued' and next_retry_at is null`),
    index('encoding_jobs_claimable_of_owner')
      .on(table.tier, table.owner, table.turn, table.createdAt)
      .where(sql`phase = 'queued' and next_retry_at is null`),
    index('encoding_jobs_resting')
      .on(table.nextRetryAt)
      .where(sql`phase = 'queued' and next_retry_at is not null`),
    index('encoding_jobs_falling')
      .on(table.tierEnteredAt)
      .where(sql`phase = 'queued' and tier <> tiers[cardinality(tiers)]`),
    // When time asks something of a job, whatever its phase; see `dueAt`.
    index('encoding_jobs_due').on(
      table.phase,
      sql`coalesce(finished_at, least(lease_expires_at, expires_at))`,
    ),
    // Lists begin with the newest job: these are read backwards. Each claim and each completion pays for every one of them.
    index('encoding_jobs_newest').on(table.createdAt, table.id),
    // What follows the id orders nothing: it is there for filters that come together, so that they need no look at the jobs.
    index('encoding_jobs_by_owner_and_phase').on(
      table.owner,
      table.phase,
      table.createdAt,
      table.id,
      table.tier,
    ),
    index('encoding_jobs_by_phase_and_tier').on(table.phase, table.tier, table.createdAt, table.id),
    index('encoding_jobs_by_encoder_and_phase')
      .on(table.assignedEncoderId, table.phase, table.createdAt, table.id, table.owner, table.tier)
      .where(sql`phase <> 'queued'`),
    index('encoding_jobs_following')
      .on(table.marketJob)
      .where(sql`market_job is not null and phase in ('queued', 'leased')`),
    uniqueIndex('encoding_jobs_market_job').on(table.marketJob).where(sql`market_job is not null`),
    check(
      'encoding_jobs_phase',
      sql`phase in ('queued', 'leased', 'completed', 'failed', 'cancelled', 'expired')`,
    ),
    check(
      'encoding_jobs_lease',
      sql`(phase = 'leased') = (lease_expires_at is not null) and (phase <> 'leased' or assigned_encoder_id is not null)`,
    ),
    check(
      'encoding_jobs_finished',
      sql`(phase in ('queued', 'leased')) = (finished_at is null) and (phase = 'queued' or next_retry_at is null)`,
    ),
    check('encoding_jobs_result', sql`phase <> 'completed' or output_cid is not null`),
    check(
      'encoding_jobs_progress',
      sql`progress between 0 and 100 and stage_progress between 0 and 100`,
    ),
  ],
)

/** Every transition of a job, in order; written in the transaction that makes it. */
export const jobEvents = pgTable(
  'job_events',
  {
    sequence: bigserial({ mode: 'number' }).primaryKey(),
    jobId: uuid()
      .notNull()
      .references(() => encodingJobs.id, { onDelete: 'cascade' }),
    type: text({ enum: encodingEventTypes }).notNull(),
    /** The phase after it. */
    phase: text({ enum: encodingPhases }).notNull(),
    fields: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
    at: moment().notNull().defaultNow(),
  },
  (table) => [
    index('job_events_of_job').on(table.jobId, table.sequence),
    index('job_events_lost').on(table.at).where(sql`type = 'lease-lost'`),
  ],
)

export const encoderNodes = pgTable(
  'encoder_nodes',
  {
    id: varchar().primaryKey(),
    owner: varchar({ length: 16 }).$type<HiveAccount>().notNull(),
    kind: text({ enum: encoderKinds }).notNull(),
    name: text(),
    peer: text().$type<PeerId>(),
    version: text(),
    hwAccel: text().$type<HwAccel>().notNull().default('none'),
    slots: integer().notNull().default(1),
    jobsInProgress: integer().notNull().default(0),
    perMinute: jsonb().$type<Readonly<Record<string, string>>>(),
    registeredAt: moment().notNull().defaultNow(),
    lastSeenAt: momentOfList().notNull().defaultNow(),
  },
  (table) => [
    index('encoder_nodes_by_owner').on(table.owner, table.lastSeenAt, table.id),
    index('encoder_nodes_by_kind').on(table.kind, table.lastSeenAt, table.id),
    index('encoder_nodes_alive').on(table.lastSeenAt, table.id),
  ],
)

export const encoderCapabilities = pgTable(
  'encoder_capabilities',
  {
    id: varchar().primaryKey().default(sql`gen_random_uuid()`),
    encoderNodeId: varchar()
      .notNull()
      .references(() => encoderNodes.id, { onDelete: 'cascade' }),
    codec: text({ enum: ['h264', 'h265', 'vp9', 'av1'] }).notNull(),
    maxResolution: text().notNull(),
    hwAccelType: text().$type<HwAccel>(),
    /** Times real time. */
    estimatedSpeed: real(),
    createdAt: moment().notNull().defaultNow(),
  },
  (table) => [index('encoder_capabilities_of_node').on(table.encoderNodeId)],
)

/** What an account wants of its jobs unless they say otherwise. */
export const encodingProfiles = pgTable('encoding_profiles', {
  owner: varchar({ length: 16 }).$type<HiveAccount>().primaryKey(),
  tiers: text().array().$type<readonly EncoderKind[]>().notNull(),
  qualities: text().array().$type<readonly string[]>().notNull(),
  budget: milliHbd(),
  arbiters: text().array().$type<readonly HiveAccount[]>().notNull(),
  /** Most that may be awarded, and released, without asking the owner. */
  awardLimit: milliHbd(),
  releaseLimit: milliHbd(),
  webhookUrl: text(),
  /** How long a job waits in its tiers, and for its owner's signature. */
  agentWaitSeconds: integer().notNull().default(120),
  browserWaitSeconds: integer().notNull().default(120),
  bidWaitSeconds: integer().notNull().default(300),
  signatureWaitSeconds: integer().notNull().default(3_600),
  updatedAt: moment().notNull().defaultNow(),
})
