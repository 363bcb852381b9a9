import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { CreatorJob } from '../domain/creator-job.ts'
import type { EncoderJob } from '../domain/encoder-job.ts'
import type { Encounter } from '../domain/encounter.ts'
import type { SplitJob } from '../domain/split-job.ts'

/** Jobs by id, one record each; `save` replaces. */
export interface RecordStore<Job> {
  find(id: JobId): Job | null
  save(job: Job): void
  /** Jobs that have further steps, oldest first. */
  unfinished(): readonly Job[]
}

type LatestOf<Job> = {
  /** Ended or not, the newest first. */
  latest(most: number): readonly Job[]
}

export type CreatorJobStore = RecordStore<CreatorJob> &
  LatestOf<CreatorJob> & {
    /** Jobs, ended or not, that were posted at that time or later; milliseconds since 1970. */
    postedSince(at: number): readonly CreatorJob[]
  }
export type EncoderJobStore = RecordStore<EncoderJob>

export type SplitJobStore = RecordStore<SplitJob> & LatestOf<SplitJob>

/** Bids a creator has received; a later bid of the same encoder for the same job replaces the earlier one. */
export interface BidStore {
  save(bid: Envelope<Bid>): void
  of(job: JobId): readonly Envelope<Bid>[]
}

/** Seals of bids that a creator has received. The first of each encoder for a job stands. */
export interface SealStore {
  keep(seal: Envelope<SealedBid>): void
  of(job: JobId): readonly Envelope<SealedBid>[]
}

/** What a creator has seen of encoders in its own jobs; the same of one job twice is once. */
export interface EncounterStore {
  note(encounter: Encounter): void
  /** Those of one encoder from that time on. */
  of(encoder: HiveAccount, since: ChainTime): readonly Encounter[]
}

export type StoredEvent = { readonly sequence: number; readonly event: JobEvent }

/** What happened to a job, in order, for whoever watches it. */
export interface JobEventStore {
  append(event: JobEvent): void
  /** Tells those who watch now, and keeps nothing: for figures that the next one replaces. */
  relay(event: JobEvent): void
  /** Events after a sequence number, oldest first. */
  after(job: JobId, sequence: number): readonly StoredEvent[]
}
