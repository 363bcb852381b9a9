import type { PostgresDatabase } from '#market/adapters/postgres/database.ts'
import { createMonitoringStore } from '#market/adapters/postgres/monitoring-store.ts'
import type { JobScheduler } from '#market/ports/job-scheduler.ts'
import type { MonitoringSources } from '#market/ports/monitoring.ts'
import { freeSpace } from './encoding/disk-guard.ts'

/** All that an indexer has to watch in its database and on its disk, for its metrics and its alerts. */
export function createMonitoringSources(
  {
    database,
    scheduler,
  }: {
    readonly database: PostgresDatabase
    readonly scheduler: Pick<JobScheduler, 'getQueueDepth'>
  },
  directories: readonly string[],
): Required<Omit<MonitoringSources, 'peers' | 'traffic'>> {
  return {
    ...createMonitoringStore(database),
    queue: () => scheduler.getQueueDepth(),
    disks: () =>
      Promise.all(
        directories.map(async (directory) => ({
          directory,
          freeBytes: await freeSpace(directory),
        })),
      ),
  }
}
