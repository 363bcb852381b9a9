import type { Pool } from 'pg'

const sealedBy = (column: string): string => `split_part(${column}, ':', 3)`

/** Ids of the keys that sealed the secrets of jobs and calls which have not ended. */
export async function neededKeys(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ readonly key: string }>(`
    select distinct ${sealedBy('webhook_secret')} as key from encoding_jobs
    where phase in ('queued', 'leased') and webhook_secret like 'sealed:%'
    union
    select distinct ${sealedBy('secret')} from webhook_deliveries
    where phase = 'due' and secret like 'sealed:%'
  `)
  return rows.map(({ key }) => key)
}
