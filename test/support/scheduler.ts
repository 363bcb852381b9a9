import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import type { SchedulerOptions } from '#market/adapters/postgres/scheduler/queue.ts'
import { openTestDatabase } from './postgres.ts'

/** A scheduler over an empty database. `query` sees and changes what is behind it. */
export async function openTestScheduler(options: Partial<SchedulerOptions> = {}) {
  const opened = await openTestDatabase()
  const scheduler = createJobScheduler({ pool: opened.pool, random: () => 0 }, options)
  return {
    ...opened,
    scheduler,
    query: async (text: string, values: readonly unknown[] = []) =>
      (await opened.pool.query(text, [...values])).rows,
    /** Lets a job's lease, rest, expiry or patience run out, or its end be long ago. */
    letTimePass: (column: string) =>
      opened.pool.query(
        `update encoding_jobs set ${column} = now() - interval '100 days' where ${column} is not null`,
      ),
  }
}
