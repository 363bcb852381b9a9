import { and, desc, eq, gte, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Role } from '#contracts/deeds.ts'
import { milliHbd } from '#protocol/amount.ts'
import { BlockHeight, ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import type { Page, PageOptions } from '../../ports/chain-queries.ts'
import type { Receipt, ReceiptsQuestion } from '../../ports/market-records.ts'
import { pageOf, parsePlace } from '../page-cursor.ts'
import type { PostgresDatabase } from './database.ts'
import { chainReceipts } from './schema/chain.ts'

type Queries = Pick<PostgresDatabase, 'select'>

const ReceiptPlace = z.tuple([z.int(), z.int(), z.string()])

export async function readReceipts(
  database: Queries,
  question: ReceiptsQuestion,
  { after, limit }: PageOptions,
): Promise<Page<Receipt>> {
  const { height, position, role } = chainReceipts
  const from = after === undefined ? null : parsePlace(after, ReceiptPlace)
  const rows = await database
    .select()
    .from(chainReceipts)
    .where(
      and(
        asked(question),
        from
          ? sql`(${height}, ${position}, ${role}) < (${from[0]}, ${from[1]}, ${from[2]})`
          : undefined,
      ),
    )
    .orderBy(desc(height), desc(position), desc(role))
    .limit(limit + 1)
  return pageOf(rows, limit, {
    entry: (row) => ({
      ...row,
      account: HiveAccount.parse(row.account),
      height: BlockHeight.parse(row.height),
      time: ChainTime.parse(row.time),
      job: JobId.parse(row.job),
      amount: milliHbd(row.amount),
    }),
    place: (row) => [row.height, row.position, row.role],
  })
}

/** From an index alone. */
export async function sumReceipts(
  database: Queries,
  question: ReceiptsQuestion,
): Promise<Readonly<Record<Role, bigint>>> {
  const { role, amount } = chainReceipts
  const rows = await database
    .select({ role, sum: sql<string>`sum(${amount})` })
    .from(chainReceipts)
    .where(asked(question))
    .groupBy(role)
  const of = (wanted: Role): bigint => BigInt(rows.find((row) => row.role === wanted)?.sum ?? 0)
  return { encoder: of('encoder'), creator: of('creator'), arbiter: of('arbiter') }
}

function asked({ account, role, from, to }: ReceiptsQuestion) {
  return and(
    eq(chainReceipts.account, account),
    role === undefined ? undefined : eq(chainReceipts.role, role),
    from === undefined ? undefined : gte(chainReceipts.time, from),
    to === undefined ? undefined : lt(chainReceipts.time, to),
  )
}
