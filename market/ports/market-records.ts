import type { Role } from '#contracts/deeds.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import type { Score } from '#contracts/reputation.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import type { BlockHeight, ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { Codec } from '#protocol/recipe.ts'
import type { Region } from '#protocol/registration.ts'
import type { AnsweredAt, Page, PageOptions, Window } from './chain-queries.ts'
import type { ProjectedPrices, ProjectedReceipt } from './projection-store.ts'

/** Buckets of equal length, the last of which has the last block that was projected. */
export type SeriesQuestion = {
  /** A divisor of a day, or a day: buckets begin at midnight, UTC. */
  readonly bucketSeconds: number
  readonly buckets: number
}

export type MarketSeries = {
  readonly at: AnsweredAt | null
  /** All that were asked for since 1970, whether or not anything happened in them; none before the first block. */
  readonly buckets: readonly SeriesBucket[]
}

/** Money is in milli-HBD. */
export type SeriesBucket = {
  /** Seconds since 1970. */
  readonly start: number
  readonly acceptedJobs: number
  readonly deliveredJobs: number
  /** How long the videos of the delivered jobs are, together. */
  readonly videoSeconds: number
  readonly escrowed: bigint
  readonly paid: bigint
  readonly returned: bigint
  /** Of awards that were accepted; null where none was. */
  readonly medianPrice: bigint | null
  readonly medianPricePerMinute: bigint | null
  /** Seconds from a job's acceptance to its delivery: of half of the deliveries at the most, and of nine in ten; null where there was none. */
  readonly medianDeliverySeconds: number | null
  readonly slowDeliverySeconds: number | null
}

/** Which encoders, and which first: the best, the cheapest, the fastest. A member that is absent asks for nothing. */
export type EncodersQuestion = {
  readonly order: 'score' | 'price' | 'speed'
  readonly codec?: Codec | undefined
  readonly hwAccel?: HwAccel | undefined
  readonly region?: Region | undefined
  /** Milli-HBD for one minute of the whole ladder. */
  readonly mostPerMinute?: bigint | undefined
  /** Thousandths of real time. */
  readonly leastSpeed?: number | undefined
  /** Only who said so, and is still believed at this moment. */
  readonly presentAt?: Date | undefined
}

export type MarketEncoder = Score & {
  readonly account: HiveAccount
  readonly deeds: number
  readonly node: NodeRecord
  /** Milli-HBD for one minute of all renditions that it has a price for. */
  readonly pricePerMinute: bigint
  /** Thousandths of real time that it has measured of H.264; 0 where it has not. */
  readonly speed: number
}

export type ReceiptsQuestion = {
  readonly account: HiveAccount
  readonly role?: Role | undefined
  readonly from?: number | undefined
  /** Not included. */
  readonly to?: number | undefined
}

export type Receipt = Omit<ProjectedReceipt, 'height' | 'time'> & {
  readonly height: BlockHeight
  readonly time: ChainTime
}

export type PriceList = Omit<ProjectedPrices, 'account' | 'height'> & {
  readonly height: BlockHeight
}

/** Records of the market, from the tables that follow from the chain: as of the last block that was projected. */
export interface MarketRecords {
  series(question: SeriesQuestion): Promise<MarketSeries>
  /** Whoever is registered as an encoder. Rejects with `cursor-unknown` for a place that no page of this order ended at. */
  encoders(question: EncodersQuestion, page: PageOptions): Promise<Page<MarketEncoder>>
  /** The price lists of an account, the newest first. */
  prices(account: HiveAccount, page: PageOptions): Promise<Page<PriceList>>
  /** What an account had from escrows, the newest first. */
  receipts(question: ReceiptsQuestion, page: PageOptions): Promise<Page<Receipt>>
  /** What that is in all, by role, in milli-HBD. */
  received(question: ReceiptsQuestion): Promise<Readonly<Record<Role, bigint>>>
}

/** Chain time of a window whose last bucket has a moment; nothing is before 1970. */
export function seriesWindow({ bucketSeconds, buckets }: SeriesQuestion, time: number): Window {
  const to = (Math.floor(time / bucketSeconds) + 1) * bucketSeconds
  return { from: Math.max(0, to - buckets * bucketSeconds), to }
}
