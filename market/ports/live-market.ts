import type { Bid } from '#protocol/bid.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { Presence } from '#protocol/presence.ts'
import type { Progress } from '#protocol/progress.ts'

/**
 * What gossip said lately, for whoever wants to see it: signed by its author when it came, never trusted for money, gone when it ends.
 * Losing all of it loses nothing that is not said again.
 */
export interface LiveMarket {
  /** An encoder's newer bid replaces its older one. */
  keepBid(bid: Bid): Promise<void>
  /** Only a greater sequence number replaces what is known. */
  keepProgress(progress: Progress): Promise<void>
  /** Only a later one replaces what is known. */
  keepPresence(presence: Presence): Promise<void>
  /** The cheapest first. */
  bids(job: JobId): Promise<readonly Bid[]>
  progress(job: JobId): Promise<readonly Progress[]>
  /** Those of the accounts that are there now. */
  present(accounts: readonly HiveAccount[]): Promise<readonly Presence[]>
  /** How many accounts are there now. */
  countPresent(): Promise<number>
  /** Forgets what has ended; resolves to how many rows that were. */
  sweep(): Promise<number>
}
