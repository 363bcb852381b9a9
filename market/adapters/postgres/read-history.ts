import type { SQL } from 'drizzle-orm'
import { and, asc, eq, inArray, isNull, lte, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Role } from '#contracts/deeds.ts'
import { BlockHeight, ChainTime, JobId, TransactionId } from '#protocol/ids.ts'
import { parseOperation } from '#protocol/operation.ts'
import type { ChainHistory, HistoryQuestion } from '../../ports/chain-queries.ts'
import { formatPlace, parsePlace } from '../page-cursor.ts'
import type { PostgresDatabase } from './database.ts'
import {
  chainCursor,
  chainEscrows,
  chainJobEvents,
  chainJobs,
  chainOperations,
} from './schema/chain.ts'
import { chainStandingDeeds } from './schema/standings.ts'

type Queries = Pick<PostgresDatabase, 'select' | 'execute'>
type OperationRow = Pick<
  typeof chainOperations.$inferSelect,
  'height' | 'position' | 'time' | 'transaction' | 'action'
>

/**
 * A page of the operations that some accounts' standings in a role follow from, by jobs: in the order of the accounts, and of each of
 * what its jobs say of it. Costs as much as the page has, whatever the accounts have done.
 */
export async function readHistory(
  database: Queries,
  question: HistoryQuestion,
): Promise<ChainHistory> {
  const [cursor] = await database.select().from(chainCursor)
  const { jobs, next } = await readJobIds(database, question)
  const operations = await readOperations(database, jobs, question.until)
  const ends = await readEnds(database, jobs, question.until)
  const registrations = await readRegistrations(database, operations)
  return {
    operationId: cursor?.operationId ?? '',
    blocks: inBlocks([...operations, ...registrations], ends),
    deliveries: await readDeliveries(database, jobs),
    next,
  }
}

const JobPlace = z.tuple([z.string(), z.int(), z.string(), z.int()])
const PlacedJob = z.object({
  account: z.string(),
  height: z.coerce.number(),
  job: JobId,
  place: z.int(),
})

async function readJobIds(
  database: Queries,
  { accounts, role, after, limit }: HistoryQuestion,
): Promise<{ readonly jobs: readonly JobId[]; readonly next: string | null }> {
  const from = after === undefined ? null : parsePlace(after, JobPlace)
  const names = accounts.filter((account) => !from || account >= from[0]).toSorted()
  if (names.length === 0) return { jobs: [], next: null }
  const { account, height, job, place } = chainStandingDeeds
  const behind: SQL = from
    ? sql`and (${account} <> ${from[0]} or (${height}, ${job}, ${place}) > (${from[1]}, ${from[2]}, ${from[3]}))`
    : sql``
  // Each account by itself: an index has its deeds in this order, and those of several together in none.
  const { rows } = await database.execute(sql`
    select found.account, found.height, found.job, found.place
    from unnest(${sql.param(names)}::text[]) with ordinality as asked (name, turn)
    cross join lateral (
      select ${account}, ${height}, ${job}, ${place} from ${chainStandingDeeds}
      where ${account} = asked.name and ${chainStandingDeeds.role} = ${role} ${behind}
      order by ${height}, ${job}, ${place} limit ${limit + 1}
    ) as found
    order by asked.turn, found.height, found.job, found.place limit ${limit + 1}`)
  const placed = z.array(PlacedJob).parse(rows)
  const shown = placed.slice(0, limit)
  const last = shown.at(-1)
  const open = from ? [] : await readDisputed(database, names, role)
  return {
    jobs: [...new Set([...open, ...shown.map((row) => row.job)])],
    next:
      placed.length > limit && last
        ? formatPlace([last.account, last.height, last.job, last.place])
        : null,
  }
}

/** An arbiter's open disputes say something of it only as time goes by. */
async function readDisputed(
  database: Queries,
  accounts: readonly string[],
  role: Role,
): Promise<readonly JobId[]> {
  if (role !== 'arbiter') return []
  const rows = await database
    .select({ job: chainEscrows.job })
    .from(chainEscrows)
    .where(and(inArray(chainEscrows.agent, [...accounts]), eq(chainEscrows.phase, 'disputed')))
  return rows.map(({ job }) => JobId.parse(job))
}

const told = {
  height: chainOperations.height,
  position: chainOperations.position,
  time: chainOperations.time,
  transaction: chainOperations.transaction,
  action: chainOperations.action,
}

/** What changed nothing says nothing. */
async function readOperations(
  database: Queries,
  jobs: readonly JobId[],
  until: number,
): Promise<readonly OperationRow[]> {
  const { job, height, position, refusal } = chainOperations
  return await database
    .select(told)
    .from(chainOperations)
    .where(and(sql`${job} = any(${sql.param(jobs)}::text[])`, isNull(refusal), lte(height, until)))
    .orderBy(asc(height), asc(position))
}

/** Blocks at whose end an award came to nothing. */
async function readEnds(
  database: Queries,
  jobs: readonly JobId[],
  until: number,
): Promise<readonly { readonly height: number; readonly time: number }[]> {
  const { job, height, time, type } = chainJobEvents
  return await database
    .select({ height, time })
    .from(chainJobEvents)
    .where(
      and(
        sql`${job} = any(${sql.param(jobs)}::text[])`,
        eq(type, 'job-reopened'),
        lte(height, until),
      ),
    )
}

/** What either side of each award had registered last before it: an award names whom the registry knows. */
async function readRegistrations(
  database: Queries,
  operations: readonly OperationRow[],
): Promise<readonly OperationRow[]> {
  const sides = operations.flatMap(sidesOf)
  if (sides.length === 0) return []
  const column = (name: 'account' | 'height' | 'position') =>
    sql.param(sides.map((side) => side[name]))
  const { signer, kind, refusal, height, position } = chainOperations
  const { rows } = await database.execute(sql`
    select distinct found.height, found.position
    from unnest(${column('account')}::text[], ${column('height')}::bigint[], ${column('position')}::integer[])
      as side (account, height, position)
    cross join lateral (
      select ${height}, ${position} from ${chainOperations}
      where ${signer} = side.account and ${kind} in ('node.register', 'node.retire') and ${refusal} is null
        and (${height}, ${position}) < (side.height, side.position)
      order by ${height} desc, ${position} desc limit 1
    ) as found`)
  const places = z.array(z.object({ height: z.coerce.number(), position: z.int() })).parse(rows)
  if (places.length === 0) return []
  const list = places.map((place) => sql`(${place.height}, ${place.position})`)
  return await database
    .select(told)
    .from(chainOperations)
    .where(sql`(${height}, ${position}) in (${sql.join(list, sql`, `)})`)
}

function sidesOf({ action, height, position }: OperationRow) {
  if (action?.type !== 'custom-json') return []
  const parsed = parseOperation(action.json)
  if (!parsed.ok || parsed.operation.t !== 'job.award') return []
  const { encoder, arbiter } = parsed.operation
  return [encoder, arbiter].map((account) => ({ account, height, position }))
}

async function readDeliveries(
  database: Queries,
  jobs: readonly JobId[],
): Promise<ChainHistory['deliveries']> {
  const rows = await database
    .select({ job: chainJobs.record })
    .from(chainJobs)
    .where(sql`${chainJobs.id} = any(${sql.param(jobs)}::text[])`)
  return rows.flatMap(({ job }) => {
    if (!('delivered' in job) || !job.delivered) return []
    const { beacon, challengeLeaves } = job.delivered
    return [{ job: job.id, beacon, challengeLeaves }]
  })
}

function inBlocks(
  operations: readonly OperationRow[],
  ends: readonly { readonly height: number; readonly time: number }[],
): ChainHistory['blocks'] {
  const all = [...operations, ...ends.map((end) => ({ ...end, action: null }))]
  return [...Map.groupBy(all, ({ height }) => height)]
    .sort(([left], [right]) => left - right)
    .map(([height, rows]) => ({
      height: BlockHeight.parse(height),
      time: ChainTime.parse(rows[0]?.time),
      operations: rows
        .flatMap((row) =>
          row.action === null
            ? []
            : [
                {
                  transaction: TransactionId.parse(row.transaction),
                  position: row.position,
                  action: row.action,
                },
              ],
        )
        .sort((left, right) => left.position - right.position),
    }))
}
