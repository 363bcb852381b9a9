import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Projection } from '../../ports/projection-store.ts'
import { insertAll, upsertAll } from './bulk-write.ts'
import type { PostgresDatabase } from './database.ts'
import {
  customRow,
  deedRow,
  escrowRow,
  jobRow,
  nodeRow,
  operationRow,
  standingRow,
} from './projection-rows.ts'
import {
  chainEscrows,
  chainJobEvents,
  chainJobs,
  chainNodes,
  chainOperations,
  chainPrices,
  chainReceipts,
} from './schema/chain.ts'
import {
  chainCustom,
  chainScorePoints,
  chainStandingDeeds,
  chainStandings,
} from './schema/standings.ts'

type Queries = Pick<PostgresDatabase, 'execute' | 'delete'>

/** Writes what a range changes, within the caller's transaction. Resolves to the sequence of the newest event. */
export async function writeProjection(
  step: Queries,
  projection: Projection,
  events: number,
): Promise<number> {
  const { operations, jobs, deeds, nodes, escrows, standings, custom } = projection
  await insertAll(step, chainOperations, operations.map(operationRow))
  await insertAll(
    step,
    chainJobEvents,
    projection.events.map((event, index) => ({ ...event, sequence: events + 1 + index })),
  )
  await insertAll(step, chainPrices, projection.prices)
  await insertAll(step, chainReceipts, projection.receipts)
  await upsertAll(step, chainJobs, chainJobs.id, jobs.map(jobRow))
  await upsertAll(
    step,
    chainStandingDeeds,
    [chainStandingDeeds.job, chainStandingDeeds.place],
    deeds.map(deedRow),
  )
  await upsertAll(step, chainNodes, chainNodes.account, nodes.map(nodeRow))
  await upsertAll(step, chainEscrows, chainEscrows.key, escrows.map(escrowRow))
  await upsertAll(
    step,
    chainStandings,
    [chainStandings.account, chainStandings.role],
    standings.map(standingRow),
    { greatest: [chainStandings.activeTime] },
  )
  await insertAll(step, chainScorePoints, projection.points)
  await upsertAll(
    step,
    chainCustom,
    [chainCustom.account, chainCustom.role, chainCustom.counterpart],
    custom.filter(({ good }) => good !== null).map(customRow),
  )
  await removeGone(step, projection)
  return events + projection.events.length
}

async function removeGone(
  step: Queries,
  { closedEscrows, endedStandings, custom }: Projection,
): Promise<void> {
  if (closedEscrows.length > 0)
    await step.delete(chainEscrows).where(inArray(chainEscrows.key, [...closedEscrows]))
  for (const [role, ended] of Map.groupBy(endedStandings, (each) => each.role)) {
    const accounts = ended.map(({ account }) => account)
    await step
      .delete(chainStandings)
      .where(and(eq(chainStandings.role, role), inArray(chainStandings.account, accounts)))
  }
  const lost = custom.filter(({ good }) => good === null)
  if (lost.length === 0) return
  const column = (name: 'account' | 'role' | 'counterpart') =>
    sql`${sql.param(lost.map((each) => each[name]))}::text[]`
  await step.execute(sql`
    delete from ${chainCustom} kept
    using unnest(${column('account')}, ${column('role')}, ${column('counterpart')}) as gone (account, role, counterpart)
    where kept.account = gone.account and kept.role = gone.role and kept.counterpart = gone.counterpart`)
}

/** Empties everything that {@link writeProjection} fills. */
export async function clearProjection(step: Queries): Promise<void> {
  for (const table of [
    chainOperations,
    chainJobEvents,
    chainJobs,
    chainStandingDeeds,
    chainNodes,
    chainPrices,
    chainReceipts,
    chainEscrows,
    chainStandings,
    chainScorePoints,
    chainCustom,
  ])
    await step.delete(table)
}
