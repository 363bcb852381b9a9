import type { Ledger } from '#contracts/ledger.ts'
import type { OpenedPostgres } from '#market/adapters/postgres/database.ts'
import { createProjectionStore } from '#market/adapters/postgres/projection-store.ts'
import type { ProjectedRange, ProjectionStore } from '#market/ports/projection-store.ts'
import { projectBlocks } from '#market/services/project-blocks.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { sha256 } from './builders.ts'
import { genesis, testNetwork } from './test-chain.ts'

export const testSource = {
  chainId: '0'.repeat(64),
  operationId: testNetwork.operationId,
  genesisHeight: 1,
}

export const aProjectionStore = ({ database }: Pick<OpenedPostgres, 'database'>): ProjectionStore =>
  createProjectionStore(database, sha256, testSource)

/** A range as a follower hands it over. */
export function aRange(
  before: Ledger,
  blocks: readonly LedgerBlock[],
  isSnapshotDue = false,
): ProjectedRange {
  return { before, blocks, projected: projectBlocks(before, blocks, testNetwork), isSnapshotDue }
}

/** Applies blocks in ranges of given lengths, the last one again and again, from a ledger on. */
export async function applyAll(
  store: ProjectionStore,
  blocks: readonly LedgerBlock[],
  lengths: readonly number[],
  start: Ledger = genesis(),
): Promise<Ledger> {
  let ledger = start
  let first = 0
  for (let turn = 0; first < blocks.length; turn += 1) {
    const length = lengths[Math.min(turn, lengths.length - 1)] ?? 1
    const range = aRange(ledger, blocks.slice(first, first + length), turn % 3 === 2)
    await store.apply(range)
    ledger = range.projected.ledger
    first += length
  }
  return ledger
}

/** The tables that follow from the blocks alone, and the columns that tell their rows apart. */
const projected = {
  chain_cursor: 'id',
  chain_operations: 'height, position',
  chain_job_events: 'sequence',
  chain_jobs: 'id',
  chain_nodes: 'account',
  chain_prices: 'account, height, position',
  chain_receipts: 'account, height, position, role',
  chain_escrows: 'key',
  chain_standings: 'account, role',
  chain_score_points: 'account, role, height',
  chain_custom: 'account, role, counterpart',
  chain_standing_deeds: 'job, place',
} as const

/** Every row of the projection as Postgres prints it, in order. */
export async function dump({
  pool,
}: Pick<OpenedPostgres, 'pool'>): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = Object.entries(projected).map(async ([table, key]) => {
    const { rows } = await pool.query<{ row: string }>(
      `select each::text as row from (select * from ${table} order by ${key}) as each`,
    )
    return [table, rows.map(({ row }) => row)] as const
  })
  return Object.fromEntries(await Promise.all(tables))
}
