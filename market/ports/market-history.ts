import type { Role } from '#contracts/deeds.ts'
import type { Score } from '#contracts/reputation.ts'
import type { BlockHeight, ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import type { ChainEvent, ScorePoint, Window } from './chain-queries.ts'
import type { PriceList, Receipt } from './market-records.ts'
import type {
  ProjectedEvent,
  ProjectedPoint,
  ProjectedPrices,
  ProjectedReceipt,
} from './projection-store.ts'

/** What one block told of the market that the ledger after it does not keep. */
export type BlockHistory = {
  readonly height: BlockHeight
  readonly events: readonly ProjectedEvent[]
  readonly prices: readonly ProjectedPrices[]
  readonly receipts: readonly ProjectedReceipt[]
  readonly points: readonly ProjectedPoint[]
  /** Whose record or registration it changed, and when that was. */
  readonly active: readonly { readonly account: HiveAccount; readonly time: ChainTime }[]
}

/** Scores as a block left them; null for a role in which the account no longer stands. */
export type ScoreChange = {
  readonly account: HiveAccount
  readonly role: Role
  readonly score: Score | null
}

/** What a node keeps of blocks for whoever looks at its market, beside the ledger. */
export interface HistoryStore {
  /** True where it was kept from the market's first block on. */
  isWhole(genesis: BlockHeight): boolean
  /** Block by block, in order. */
  all(): Iterable<BlockHistory>
  append(blocks: readonly BlockHistory[]): void
  clear(): void
}

/** The same to be asked: lists are in the order of the chain. */
export interface MarketHistory {
  /** Takes in what further blocks told. */
  add(blocks: readonly BlockHistory[]): void
  eventsOf(job: JobId): readonly ChainEvent[]
  /** Steps of all jobs behind a sequence. */
  eventsAfter(sequence: number, limit: number): readonly ChainEvent[]
  /** Of a window of the chain's time: jobs that were accepted, and what escrows paid or returned. */
  money(window: Window): readonly ChainEvent[]
  receipts(account: HiveAccount): readonly Receipt[]
  prices(account: HiveAccount): readonly PriceList[]
  points(account: HiveAccount, role: Role): readonly ScorePoint[]
  /** When something last changed the account's record or registration; null where nothing did. */
  activeTime(account: HiveAccount): ChainTime | null
}
