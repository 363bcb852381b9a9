import { drizzle } from 'drizzle-orm/node-postgres'
import type { PoolClient } from 'pg'
import type { AuditDeed } from '../../../domain/audit-entry.ts'
import { noteDeed } from '../note-deed.ts'
import type { JobRow } from './job-row.ts'
import type { Queue } from './queue.ts'

/** One connection's statements as one transaction, and the deed with them where they changed a job. Returns the job's row, or null. */
export async function inTransaction(
  pool: Queue['pool'],
  change: (client: PoolClient) => Promise<JobRow | undefined>,
  deed: AuditDeed | undefined,
): Promise<JobRow | null> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const row = await change(client)
    if (row && deed) await noteDeed(drizzle(client, { casing: 'snake_case' }), deed)
    await client.query('commit')
    client.release()
    return row ?? null
  } catch (error) {
    // Ends the transaction too, whatever state the connection is in.
    client.release(true)
    throw error
  }
}
