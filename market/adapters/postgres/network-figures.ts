import { and, gte, lt, sql } from 'drizzle-orm'
import type { DayFigures, NetworkFigures, Window } from '../../ports/chain-queries.ts'
import type { PostgresDatabase } from './database.ts'
import { chainEscrows, chainJobEvents, chainJobs } from './schema/chain.ts'

type Queries = Pick<PostgresDatabase, 'select'>

const daySeconds = 86_400

/** Money of all jobs, and what a job costs. Read from indexes alone, in a time that grows with the window. */
export async function readFigures(
  database: Queries,
  window: Window,
): Promise<Omit<NetworkFigures, 'at'>> {
  const [held] = await database
    .select({ held: sql<string>`coalesce(sum(${chainEscrows.held}), 0)` })
    .from(chainEscrows)
  const days = await readDays(database, window)
  const { acceptedTime, price, pricePerMinute } = chainJobs
  const [median] = await database
    .select({ price: medianOf(price), pricePerMinute: medianOf(pricePerMinute) })
    .from(chainJobs)
    .where(and(gte(acceptedTime, window.from), lt(acceptedTime, window.to)))
  return {
    held: BigInt(held?.held ?? 0),
    days,
    medianPrice: exact(median?.price),
    medianPricePerMinute: exact(median?.pricePerMinute),
  }
}

/** The lower one of two in the middle, so that it is a price that was paid. */
export function medianOf(column: typeof chainJobs.price | typeof chainJobs.pricePerMinute) {
  return sql<string | null>`percentile_disc(0.5) within group (order by ${column})`
}

function exact(text: string | null | undefined): bigint | null {
  return text === null || text === undefined ? null : BigInt(text)
}

/** In the words of the index that has these rows alone. */
export const isMoney = sql`${chainJobEvents.type} in ('job-accepted', 'escrow-paid', 'escrow-returned')`

async function readDays(database: Queries, { from, to }: Window): Promise<readonly DayFigures[]> {
  const { type, time, amount } = chainJobEvents
  const day = sql<string>`${time} / ${sql.raw(String(daySeconds))}`
  const rows = await database
    .select({
      day,
      type,
      count: sql<string>`count(*)`,
      sum: sql<string>`coalesce(sum(${amount}), 0)`,
    })
    .from(chainJobEvents)
    .where(and(isMoney, gte(time, from), lt(time, to)))
    .groupBy(day, type)
  return [...Map.groupBy(rows, (row) => Number(row.day))]
    .sort(([left], [right]) => left - right)
    .map(([number, ofDay]) => {
      const of = (wanted: string) => ofDay.find((row) => row.type === wanted)
      const sum = (wanted: string): bigint => BigInt(of(wanted)?.sum ?? 0)
      return {
        day: number * daySeconds,
        acceptedJobs: Number(of('job-accepted')?.count ?? 0),
        escrowed: sum('job-accepted'),
        paid: sum('escrow-paid'),
        returned: sum('escrow-returned'),
      }
    })
}
