import { and, eq, inArray, sql } from 'drizzle-orm'
import type { BlockContext } from '#contracts/block-context.ts'
import type { Role } from '#contracts/deeds.ts'
import type { EscrowKey } from '#contracts/ledger.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { Evidence } from '#contracts/reputation.ts'
import type { RoleRecord, Standing } from '#contracts/standing.ts'
import { HiveAccount } from '#protocol/ids.ts'
import type { PostgresDatabase } from './database.ts'
import { chainEscrows, chainJobs } from './schema/chain.ts'
import { chainCustom, chainStandings } from './schema/standings.ts'

type Queries = Pick<PostgresDatabase, 'select'>
type StandingRow = typeof chainStandings.$inferSelect
type CustomRow = typeof chainCustom.$inferSelect

/** As much of a ledger as one account's scores follow from. */
export type AccountEvidence = Evidence & {
  /** Roles that the account played or registered for. */
  readonly roles: readonly Role[]
}

/**
 * Reads what an account's scores follow from: its own record, what its counterparts did with it and with everybody else, and the disputes
 * that it should have ruled. Costs what the account did, not what the market is. One snapshot of the tables, or figures may not fit.
 */
export async function readEvidence(
  database: Queries,
  account: HiveAccount,
  head: BlockContext,
): Promise<AccountEvidence> {
  const own = await database
    .select()
    .from(chainStandings)
    .where(eq(chainStandings.account, account))
    .orderBy(chainStandings.role)
  const custom = await database.select().from(chainCustom).where(eq(chainCustom.account, account))
  const returned = await database
    .select()
    .from(chainCustom)
    .where(eq(chainCustom.counterpart, account))
  const counterparts = [...new Set(custom.map(({ counterpart }) => counterpart))]
  const others = await database
    .select()
    .from(chainStandings)
    .where(sql`${chainStandings.account} = any(${sql.param(counterparts)})`)
  const records = [...own, ...others]
  const played = records.filter(({ deeds }) => deeds > 0)
  return {
    head,
    standings: standingsFrom(played, [...custom, ...returned]),
    ...(await readDisputes(database, account)),
    roles: own.map(({ role }) => role),
  }
}

function standingsFrom(
  records: readonly StandingRow[],
  custom: readonly CustomRow[],
): ReadonlyMap<HiveAccount, Standing> {
  const good = Map.groupBy(custom, ({ account, role }) => `${account}/${role}`)
  const standings = new Map<HiveAccount, Standing>()
  for (const row of records) {
    const account = HiveAccount.parse(row.account)
    const record = recordFrom(row, good.get(`${account}/${row.role}`) ?? [])
    standings.set(account, { ...standings.get(account), [row.role]: record })
  }
  return standings
}

function recordFrom(
  { goodTotal, faults, deeds, marks }: StandingRow,
  custom: readonly CustomRow[],
): RoleRecord {
  const good = new Map(custom.map((row) => [HiveAccount.parse(row.counterpart), row.good] as const))
  return { good, goodTotal, faults, deeds: BigInt(deeds), marks }
}

async function readDisputes(
  database: Queries,
  account: HiveAccount,
): Promise<Pick<Evidence, 'escrows' | 'jobs'>> {
  const disputed = await database
    .select({ escrow: chainEscrows.record, job: chainEscrows.job })
    .from(chainEscrows)
    .where(and(eq(chainEscrows.agent, account), eq(chainEscrows.phase, 'disputed')))
  if (disputed.length === 0) return { escrows: new Map(), jobs: new Map() }
  const jobs = await database
    .select({ record: chainJobs.record })
    .from(chainJobs)
    .where(
      inArray(
        chainJobs.id,
        disputed.map(({ job }) => job),
      ),
    )
  const escrows = disputed.map(({ escrow }): [EscrowKey, typeof escrow] => [
    escrowKey(escrow.terms.from, escrow.terms.id),
    escrow,
  ])
  return {
    escrows: new Map(escrows),
    jobs: new Map(jobs.map(({ record }) => [record.id, record])),
  }
}
