import { EventEmitter } from 'node:events'
import { and, asc, eq, gt, notInArray, sql } from 'drizzle-orm'
import type { JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type {
  BidStore,
  CreatorJobStore,
  EncoderJobStore,
  JobEventStore,
  SealStore,
  SplitJobStore,
  StoredEvent,
} from '../../ports/job-stores.ts'
import type { NodeDatabase } from './database.ts'
import {
  creatorJobs,
  encoderJobs,
  jobEvents,
  receivedBids,
  receivedSeals,
  splitJobs,
} from './schema.ts'

export function createCreatorJobStore(database: NodeDatabase): CreatorJobStore {
  return {
    find: (id) =>
      database.select().from(creatorJobs).where(eq(creatorJobs.id, id)).get()?.job ?? null,
    save: (job) => {
      const row = { id: job.id, phase: job.phase, job }
      database
        .insert(creatorJobs)
        .values(row)
        .onConflictDoUpdate({ target: creatorJobs.id, set: row })
        .run()
    },
    unfinished: () =>
      database
        .select()
        .from(creatorJobs)
        .where(notInArray(creatorJobs.phase, ['paid', 'failed']))
        .orderBy(sql`rowid`)
        .all()
        .map(({ job }) => job),
    latest: (most) =>
      database
        .select()
        .from(creatorJobs)
        .orderBy(sql`rowid DESC`)
        .limit(most)
        .all()
        .map(({ job }) => job),
    postedSince: (at) =>
      database
        .select()
        .from(creatorJobs)
        .where(sql`json_extract(${creatorJobs.job}, '$.postedAt') >= ${at}`)
        .orderBy(sql`rowid`)
        .all()
        .map(({ job }) => job),
  }
}

export function createSplitJobStore(database: NodeDatabase): SplitJobStore {
  return {
    find: (id) => database.select().from(splitJobs).where(eq(splitJobs.id, id)).get()?.job ?? null,
    save: (job) => {
      const row = { id: job.id, phase: job.phase, job }
      database
        .insert(splitJobs)
        .values(row)
        .onConflictDoUpdate({ target: splitJobs.id, set: row })
        .run()
    },
    unfinished: () =>
      database
        .select()
        .from(splitJobs)
        .where(notInArray(splitJobs.phase, ['done', 'failed']))
        .orderBy(sql`rowid`)
        .all()
        .map(({ job }) => job),
    latest: (most) =>
      database
        .select()
        .from(splitJobs)
        .orderBy(sql`rowid DESC`)
        .limit(most)
        .all()
        .map(({ job }) => job),
  }
}

export function createEncoderJobStore(database: NodeDatabase): EncoderJobStore {
  return {
    find: (id) =>
      database.select().from(encoderJobs).where(eq(encoderJobs.id, id)).get()?.job ?? null,
    save: (job) => {
      const row = { id: job.id, phase: job.phase, job }
      database
        .insert(encoderJobs)
        .values(row)
        .onConflictDoUpdate({ target: encoderJobs.id, set: row })
        .run()
    },
    unfinished: () =>
      database
        .select()
        .from(encoderJobs)
        .where(notInArray(encoderJobs.phase, ['closed']))
        .orderBy(sql`rowid`)
        .all()
        .map(({ job }) => job),
  }
}

export function createBidStore(database: NodeDatabase): BidStore {
  return {
    save: (envelope) => {
      const row = { job: envelope.body.job, encoder: envelope.author, envelope }
      database
        .insert(receivedBids)
        .values(row)
        .onConflictDoUpdate({ target: [receivedBids.job, receivedBids.encoder], set: row })
        .run()
    },
    of: (job) =>
      database
        .select()
        .from(receivedBids)
        .where(eq(receivedBids.job, job))
        .orderBy(sql`rowid`)
        .all()
        .map(({ envelope }) => envelope),
  }
}

export function createSealStore(database: NodeDatabase): SealStore {
  return {
    keep: (envelope) => {
      const row = { job: envelope.body.job, encoder: envelope.author, envelope }
      database.insert(receivedSeals).values(row).onConflictDoNothing().run()
    },
    of: (job) =>
      database
        .select()
        .from(receivedSeals)
        .where(eq(receivedSeals.job, job))
        .orderBy(sql`rowid`)
        .all()
        .map(({ envelope }) => envelope),
  }
}

/** An event store that also tells, as it happens, those who watch a job. */
export type WatchableEvents = JobEventStore & {
  /** Called with each new event of a job; `sequence` is null for one that is not kept. Returns how to stop. */
  watch(job: JobId, listener: (event: JobEvent, sequence: number | null) => void): () => void
}

export function createJobEventStore(database: NodeDatabase): WatchableEvents {
  const watchers = new EventEmitter()
  watchers.setMaxListeners(0)
  // Later, so that nobody is told of a step whose transaction is not committed yet; in order all the same.
  const tell = (event: JobEvent, sequence: number | null): void => {
    setImmediate(() => watchers.emit(event.job, event, sequence))
  }
  return {
    append: (event) => {
      const row = database.insert(jobEvents).values({ job: event.job, event }).returning().get()
      tell(event, row.sequence)
    },
    relay: (event) => tell(event, null),
    after: (job, sequence): readonly StoredEvent[] =>
      database
        .select()
        .from(jobEvents)
        .where(and(eq(jobEvents.job, job), gt(jobEvents.sequence, sequence)))
        .orderBy(asc(jobEvents.sequence))
        .all()
        .map((row) => ({ sequence: row.sequence, event: row.event })),
    watch: (job, listener) => {
      watchers.on(job, listener)
      return () => watchers.off(job, listener)
    },
  }
}
