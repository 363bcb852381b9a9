import type { Pool } from 'pg'
import { turnAgain } from './queue.ts'

/** Not a change that anybody is told of: the event that sent the job to rest said until when. */
const wake = {
  name: 'wake-rested',
  text: `
    update encoding_jobs j set next_retry_at = null, turn = ${turnAgain('j')}
    where j.id in (
      select r.id from encoding_jobs r
      where r.phase = 'queued' and r.next_retry_at is not null and r.next_retry_at <= now()
      order by r.next_retry_at limit 1000 for update skip locked
    )`,
}

/** Makes jobs claimable that have rested long enough. Resolves to how many. */
export async function wakeRested(pool: Pool): Promise<number> {
  return (await pool.query(wake)).rowCount ?? 0
}
