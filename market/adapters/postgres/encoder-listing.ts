import type { SQL } from 'drizzle-orm'
import {
  and,
  arrayContains,
  asc,
  desc,
  eq,
  exists,
  gt,
  gte,
  isNotNull,
  lte,
  sql,
} from 'drizzle-orm'
import { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'
import type { Page, PageOptions } from '../../ports/chain-queries.ts'
import type { EncodersQuestion, MarketEncoder } from '../../ports/market-records.ts'
import { pageOf, parsePlace } from '../page-cursor.ts'
import type { PostgresDatabase } from './database.ts'
import { chainNodes } from './schema/chain.ts'
import { livePresence } from './schema/live.ts'
import { chainStandings } from './schema/standings.ts'

/** By which order the place is one, and what it is ordered by there: whole numbers of 63 bits, so that a text has them. */
const EncoderPlace = z.tuple([z.string(), z.string().regex(/^\d{1,19}$/), z.string()])

const { account, pricePerMinute, speed } = chainNodes

/** Equal ones stand in the order of the index: the cheapest by name, the others by name backwards. */
const orders = {
  score: { by: chainStandings.score, name: chainStandings.account, after: '<', sorted: desc },
  price: { by: pricePerMinute, name: account, after: '>', sorted: asc },
  speed: { by: speed, name: account, after: '<', sorted: desc },
} as const

export async function listEncoders(
  database: Pick<PostgresDatabase, 'select'>,
  question: EncodersQuestion,
  { after, limit }: PageOptions,
): Promise<Page<MarketEncoder>> {
  const { by, name, sorted } = orders[question.order]
  const { score, low, high, deeds } = chainStandings
  const rows = await database
    .select({
      ...{ account, pricePerMinute, speed, node: chainNodes.record },
      ...{ score, low, high, deeds },
    })
    .from(chainNodes)
    .innerJoin(
      chainStandings,
      and(eq(chainStandings.account, account), eq(chainStandings.role, 'encoder')),
    )
    .where(
      and(
        // In the words of the indexes.
        sql`${chainNodes.phase} = 'active'`,
        isNotNull(pricePerMinute),
        ...filtersOf(database, question),
        after === undefined ? undefined : isBehind(question.order, after),
      ),
    )
    .orderBy(sorted(by), sorted(name))
    .limit(limit + 1)
  return pageOf(rows, limit, {
    entry: (row) => ({
      ...{ account: HiveAccount.parse(row.account), node: row.node },
      ...{ score: row.score, low: row.low, high: row.high, deeds: row.deeds },
      ...{ pricePerMinute: row.pricePerMinute ?? 0n, speed: row.speed ?? 0 },
    }),
    place: (row) => [question.order, String(keyOf(question.order, row)), row.account],
  })
}

function keyOf(
  order: EncodersQuestion['order'],
  row: {
    readonly score: number
    readonly speed: number | null
    readonly pricePerMinute: bigint | null
  },
): number | bigint {
  const { score, speed: fast, pricePerMinute: price } = row
  return { score, speed: fast ?? 0, price: price ?? 0n }[order]
}

function isBehind(order: EncodersQuestion['order'], text: string): SQL {
  const place = EncoderPlace.refine(([of]) => of === order)
  const [, key, last] = parsePlace(text, place)
  const { by, name, after } = orders[order]
  return sql`(${by}, ${name}) ${sql.raw(after)} (${key}::bigint, ${last})`
}

function filtersOf(
  database: Pick<PostgresDatabase, 'select'>,
  { codec, hwAccel, region, mostPerMinute, leastSpeed, presentAt }: EncodersQuestion,
): readonly (SQL | undefined)[] {
  return [
    codec && arrayContains(chainNodes.codecs, [codec]),
    hwAccel && eq(chainNodes.hwAccel, hwAccel),
    region === undefined ? undefined : eq(chainNodes.region, region),
    mostPerMinute === undefined ? undefined : lte(pricePerMinute, mostPerMinute),
    leastSpeed === undefined ? undefined : gte(speed, leastSpeed),
    presentAt &&
      exists(
        database
          .select({ one: sql`1` })
          .from(livePresence)
          .where(and(eq(livePresence.account, account), gt(livePresence.expiresAt, presentAt))),
      ),
  ]
}
