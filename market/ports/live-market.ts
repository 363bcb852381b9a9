import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Presence } from '#protocol/presence.ts'
import type { Progress } from '#protocol/progress.ts'
import type { AuditDeed } from '../domain/audit-entry.ts'

/**
 * What gossip said lately, for whoever wants to see it: signed by its author when it came, never trusted for money, gone when it ends.
 * Losing all of it loses nothing that is not said again.
 */
export interface LiveMarket {
  /** What a creator has signed, for the minutes until the chain has it. */
  keepOffer(offer: JobOffer): Promise<void>
  /**
   * An encoder's newer bid replaces its older one. One for a job that nobody has heard of is kept for minutes only, however long it
   * is firm: anyone may bid for anything. A deed is noted with it.
   */
  keepBid(bid: Bid, deed?: AuditDeed): Promise<void>
  /** An encoder's first seal for a job stays, for as long as a bid would. */
  keepSeal(seal: SealedBid): Promise<void>
  /** Only a greater sequence number replaces what is known. */
  keepProgress(progress: Progress): Promise<void>
  /** Only a later one replaces what is known. */
  keepPresence(presence: Presence): Promise<void>
  offer(job: JobId): Promise<JobOffer | null>
  /** Offers that the chain does not have yet, by their jobs. */
  offers(limit: number): Promise<readonly JobOffer[]>
  /** The cheapest first. */
  bids(job: JobId): Promise<readonly Bid[]>
  /** By encoder, those among them whose bids are open by now. */
  seals(job: JobId): Promise<readonly SealedBid[]>
  /** How many encoders have bid for each of the jobs, openly or sealed; a job without any is left out. */
  countBids(jobs: readonly JobId[]): Promise<ReadonlyMap<JobId, number>>
  progress(job: JobId): Promise<readonly Progress[]>
  /** Those of the accounts that are there now. */
  present(accounts: readonly HiveAccount[]): Promise<readonly Presence[]>
  /** How many accounts are there now. */
  countPresent(): Promise<number>
  /** Forgets what has ended; resolves to how many rows that were. */
  sweep(): Promise<number>
}
