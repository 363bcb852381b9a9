import { and, asc, between, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { HiveAccount } from '#protocol/ids.ts'
import { BlockHeight, ChainTime } from '#protocol/ids.ts'
import type { ChainQueries, PointsQuestion, ScorePoint } from '../../ports/chain-queries.ts'
import type { PostgresDatabase } from './database.ts'
import { chainScorePoints } from './schema/standings.ts'

type Queries = Pick<PostgresDatabase, 'select' | 'execute'>
type Row = typeof chainScorePoints.$inferSelect

/**
 * The points of a score in a range. Where there are more than were asked for, those stand for them that were in force at even distances:
 * each is looked up by itself, so that it costs what is shown and not what there is.
 */
export async function readPoints(
  database: Queries,
  account: HiveAccount,
  question: PointsQuestion,
): ReturnType<ChainQueries['points']> {
  const { role, from, to, points } = question
  const { height } = chainScorePoints
  const isAsked = and(eq(chainScorePoints.account, account), eq(chainScorePoints.role, role))
  const rows = await database
    .select()
    .from(chainScorePoints)
    .where(and(isAsked, between(height, from, to)))
    .orderBy(asc(height))
    .limit(points + 1)
  if (rows.length <= points) return { points: rows.map(pointFrom), isThinned: false }
  const places = await evenPlaces(database, account, question)
  const thinned = await database
    .select()
    .from(chainScorePoints)
    .where(and(isAsked, sql`${height} = any(${sql.param(places)}::bigint[])`))
    .orderBy(asc(height))
  return { points: thinned.map(pointFrom), isThinned: true }
}

const Places = z.array(z.object({ height: z.coerce.number() }))

async function evenPlaces(
  database: Queries,
  account: HiveAccount,
  { role, from, to, points }: PointsQuestion,
): Promise<readonly number[]> {
  const { height } = chainScorePoints
  const own = sql`${chainScorePoints.account} = ${account} and ${chainScorePoints.role} = ${role} and ${height} between ${from} and ${to}`
  const { rows } = await database.execute(sql`
    with ends as (
      select
        (select ${height} from ${chainScorePoints} where ${own} order by ${height} limit 1) as first,
        (select ${height} from ${chainScorePoints} where ${own} order by ${height} desc limit 1) as last
    )
    select distinct found.height from ends
    cross join generate_series(0, ${points - 1}::bigint) as step
    cross join lateral (
      select ${height} from ${chainScorePoints}
      where ${own} and ${height} <= ends.first + (ends.last - ends.first) * step / ${points - 1}::bigint
      order by ${height} desc limit 1
    ) as found`)
  return Places.parse(rows).map((row) => row.height)
}

function pointFrom({ height, time, score, low, high, isDeed }: Row): ScorePoint {
  return {
    ...{ score, low, high, isDeed },
    height: BlockHeight.parse(height),
    time: ChainTime.parse(time),
  }
}
