import type { Pool } from 'pg'
import type { Check } from '#market/api/routes/health-routes.ts'
import type { Projection } from './indexer-chain.ts'

/**
 * Whether an indexer can serve: its database answers, and whoever has to read the chain has reached it. Another process' reading is
 * that one's to tell; without any peer an indexer serves what the chain says, and lacks only what is said meanwhile.
 */
export async function indexerChecks(
  {
    pool,
    projection,
    peers,
  }: {
    readonly pool: Pool
    readonly projection: Pick<Projection, 'status'>
    readonly peers: () => number
  },
  chain: string,
): Promise<readonly Check[]> {
  const database = await pool.query('select 1').then(
    () => ({ ok: true, detail: 'answers' }),
    () => ({ ok: false, detail: 'does not answer' }),
  )
  return [
    { name: 'database', ...database },
    { name: 'projection', ...projectionOf(projection, chain) },
    { name: 'network', ok: true, detail: `connected to ${peers()} peers` },
  ]
}

function projectionOf(projection: Pick<Projection, 'status'>, chain: string): Omit<Check, 'name'> {
  const { isLeading, height, behind } = projection.status()
  if (!isLeading) return { ok: true, detail: 'another process projects' }
  if (behind === null) return { ok: false, detail: `${chain} was not reached yet` }
  return { ok: true, detail: `projects ${chain}: block ${height ?? 0}, ${behind} behind` }
}
