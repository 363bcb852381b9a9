import type { SQL } from 'drizzle-orm'
import { and, gte, lt, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Window } from '../../ports/chain-queries.ts'
import type { MarketSeries, SeriesBucket, SeriesQuestion } from '../../ports/market-records.ts'
import { seriesWindow } from '../../ports/market-records.ts'
import { oneSnapshot, readAt } from './chain-queries.ts'
import type { PostgresDatabase } from './database.ts'
import { isMoney, medianOf } from './network-figures.ts'
import { chainJobEvents, chainJobs } from './schema/chain.ts'

type Queries = Pick<PostgresDatabase, 'select'>

/** Of one snapshot, from indexes alone, in a time that grows with the window. */
export function readSeries(
  database: PostgresDatabase,
  question: SeriesQuestion,
): Promise<MarketSeries> {
  return database.transaction(async (step) => {
    const at = await readAt(step)
    if (!at) return { at, buckets: [] }
    const window = seriesWindow(question, at.time)
    const { bucketSeconds: length } = question
    const count = (window.to - window.from) / length
    const parts = [
      await readMoney(step, window, length),
      await readPrices(step, window, length),
      await readDeliveries(step, window, length),
    ]
    const buckets = Array.from({ length: count }, (_, index) => {
      const start = window.from + index * length
      return Object.assign(emptyBucket(start), ...parts.map((part) => part.get(start)))
    })
    return { at, buckets }
  }, oneSnapshot)
}

function emptyBucket(start: number): SeriesBucket {
  return {
    ...{ start, acceptedJobs: 0, deliveredJobs: 0, videoSeconds: 0 },
    ...{ escrowed: 0n, paid: 0n, returned: 0n, medianPrice: null, medianPricePerMinute: null },
    ...{ medianDeliverySeconds: null, slowDeliverySeconds: null },
  }
}

/** What one question knows of the buckets, by their beginnings. */
type Part = ReadonlyMap<number, Partial<SeriesBucket>>

function startOf(time: PgColumn, length: number): SQL<string> {
  const seconds = sql.raw(String(length))
  return sql<string>`${time} / ${seconds} * ${seconds}`
}

async function readMoney(step: Queries, { from, to }: Window, length: number): Promise<Part> {
  const { type, time, amount } = chainJobEvents
  const start = startOf(time, length)
  const rows = await step
    .select({
      ...{ start, type },
      count: sql<string>`count(*)`,
      sum: sql<string>`coalesce(sum(${amount}), 0)`,
    })
    .from(chainJobEvents)
    .where(and(isMoney, gte(time, from), lt(time, to)))
    .groupBy(start, type)
  return new Map(
    [...Map.groupBy(rows, (row) => Number(row.start))].map(([key, ofBucket]) => {
      const of = (wanted: string) => ofBucket.find((row) => row.type === wanted)
      const sum = (wanted: string): bigint => BigInt(of(wanted)?.sum ?? 0)
      return [
        key,
        {
          acceptedJobs: Number(of('job-accepted')?.count ?? 0),
          escrowed: sum('job-accepted'),
          paid: sum('escrow-paid'),
          returned: sum('escrow-returned'),
        },
      ]
    }),
  )
}

async function readPrices(step: Queries, { from, to }: Window, length: number): Promise<Part> {
  const { acceptedTime, price, pricePerMinute } = chainJobs
  const start = startOf(acceptedTime, length)
  const rows = await step
    .select({ start, price: medianOf(price), pricePerMinute: medianOf(pricePerMinute) })
    .from(chainJobs)
    .where(and(gte(acceptedTime, from), lt(acceptedTime, to)))
    .groupBy(start)
  return new Map(
    rows.map((row) => [
      Number(row.start),
      {
        medianPrice: row.price === null ? null : BigInt(row.price),
        medianPricePerMinute: row.pricePerMinute === null ? null : BigInt(row.pricePerMinute),
      },
    ]),
  )
}

async function readDeliveries(step: Queries, { from, to }: Window, length: number): Promise<Part> {
  const { deliveredTime, acceptedTime, videoMilliseconds } = chainJobs
  const start = startOf(deliveredTime, length)
  const within = (share: string) =>
    sql<string>`percentile_disc(${sql.raw(share)}) within group (order by ${deliveredTime} - ${acceptedTime})`
  const rows = await step
    .select({
      start,
      count: sql<string>`count(*)`,
      video: sql<string>`sum(${videoMilliseconds})`,
      median: within('0.5'),
      slow: within('0.9'),
    })
    .from(chainJobs)
    .where(and(gte(deliveredTime, from), lt(deliveredTime, to)))
    .groupBy(start)
  return new Map(
    rows.map((row) => [
      Number(row.start),
      {
        deliveredJobs: Number(row.count),
        videoSeconds: Number(row.video) / 1_000,
        medianDeliverySeconds: Number(row.median),
        slowDeliverySeconds: Number(row.slow),
      },
    ]),
  )
}
