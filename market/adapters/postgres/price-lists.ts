import { and, desc, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { HiveAccount } from '#protocol/ids.ts'
import { BlockHeight, ChainTime } from '#protocol/ids.ts'
import type { Page, PageOptions } from '../../ports/chain-queries.ts'
import type { PriceList } from '../../ports/market-records.ts'
import { pageOf, parsePlace } from '../page-cursor.ts'
import type { PostgresDatabase } from './database.ts'
import { chainPrices } from './schema/chain.ts'

const PricePlace = z.tuple([z.int(), z.int()])

export async function readPrices(
  database: Pick<PostgresDatabase, 'select'>,
  account: HiveAccount,
  { after, limit }: PageOptions,
): Promise<Page<PriceList>> {
  const { height, position } = chainPrices
  const from = after === undefined ? null : parsePlace(after, PricePlace)
  const rows = await database
    .select()
    .from(chainPrices)
    .where(
      and(
        eq(chainPrices.account, account),
        from ? sql`(${height}, ${position}) < (${from[0]}, ${from[1]})` : undefined,
      ),
    )
    .orderBy(desc(height), desc(position))
    .limit(limit + 1)
  return pageOf(rows, limit, {
    entry: ({ account: _account, ...row }) => ({
      ...row,
      height: BlockHeight.parse(row.height),
      time: ChainTime.parse(row.time),
    }),
    place: (row) => [row.height, row.position],
  })
}
