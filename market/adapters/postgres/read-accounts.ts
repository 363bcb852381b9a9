import { aliasedTable, and, asc, desc, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Role } from '#contracts/deeds.ts'
import { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type {
  AccountEntry,
  AccountsOrder,
  AccountsQuestion,
  Page,
  PageOptions,
} from '../../ports/chain-queries.ts'
import { pageOf, parsePlace } from '../page-cursor.ts'
import type { PostgresDatabase } from './database.ts'
import { chainNodes } from './schema/chain.ts'
import { chainStandings } from './schema/standings.ts'

const numbered = z.tuple([z.int(), z.string()])
const named = z.tuple([z.string()])

/** What an order is by, besides the account's name, which makes it whole. */
const columns = { score: chainStandings.score, active: chainStandings.activeTime } as const

/** A page of those who stand in a role. */
export async function readAccounts(
  database: Pick<PostgresDatabase, 'select'>,
  { role, search = '', sort = 'score' }: AccountsQuestion,
  { after, limit }: PageOptions,
): Promise<Page<AccountEntry>> {
  const { account } = chainStandings
  const also = aliasedTable(chainStandings, 'also')
  const roles = database
    .select({ roles: sql`array_agg(${also.role} order by ${also.role})` })
    .from(also)
    .where(eq(also.account, account))
  const rows = await database
    .select({
      standing: chainStandings,
      node: chainNodes.record,
      roles: sql<Role[]>`(${roles})`,
    })
    .from(chainStandings)
    .leftJoin(chainNodes, eq(chainNodes.account, account))
    .where(and(eq(chainStandings.role, role), isBehind(sort, after), beginsWith(search)))
    .orderBy(...(sort === 'account' ? [asc(account)] : [desc(columns[sort]), desc(account)]))
    .limit(limit + 1)
  return pageOf(rows, limit, {
    entry: ({ standing, node, roles: all }) => ({
      account: HiveAccount.parse(standing.account),
      ...{ score: standing.score, low: standing.low, high: standing.high, deeds: standing.deeds },
      activeTime: ChainTime.parse(standing.activeTime),
      roles: all,
      node,
    }),
    place: ({ standing }) => placeIn(sort, standing),
  })
}

function isBehind(sort: AccountsOrder, after: string | undefined) {
  const { account } = chainStandings
  if (after === undefined) return undefined
  if (sort === 'account') return sql`${account} > ${parsePlace(after, named)[0]}`
  const [value, name] = parsePlace(after, numbered)
  return sql`(${columns[sort]}, ${account}) < (${value}, ${name})`
}

function placeIn(
  sort: AccountsOrder,
  { account, score, activeTime }: typeof chainStandings.$inferSelect,
): readonly (string | number)[] {
  if (sort === 'account') return [account]
  return [sort === 'score' ? score : activeTime, account]
}

/** Whatever order the database has letters in: names are of a to z, digits, dots and hyphens. */
function beginsWith(search: string) {
  if (search === '') return undefined
  return sql`starts_with(${chainStandings.account}, ${search})`
}
