import type { Pool } from 'pg'
import type { JobScheduler } from '../../ports/job-scheduler.ts'
import { createAnnounce, watchAnnouncements } from './scheduler/announcements.ts'
import { createClaimJob } from './scheduler/claim.ts'
import { createCompleteJob } from './scheduler/complete.ts'
import { createAllEventsAfter, createEventsAfter, createNewestEvent } from './scheduler/events.ts'
import { createCancel, createFailJob, createReleaseJob } from './scheduler/finish.ts'
import { createRenewLease, createReportProgress } from './scheduler/hold.ts'
import { createGetQueueDepth, createList } from './scheduler/list.ts'
import type { Queue, SchedulerOptions } from './scheduler/queue.ts'
import { schedulerDefaults } from './scheduler/queue.ts'
import { createNoteMarketJob, createSubmit, findJob } from './scheduler/submit.ts'
import { createSweep } from './scheduler/sweep.ts'

/**
 * The queue in Postgres. Each change is one statement that moves a job and writes its event: a process or a server that dies in
 * between leaves both or neither. Errors of the driver reach the caller, who may simply call again.
 */
export function createJobScheduler(
  { pool, random }: { readonly pool: Pool; readonly random: () => number },
  options: Partial<SchedulerOptions> = {},
): JobScheduler {
  const queue: Queue = {
    pool,
    random,
    options: { ...schedulerDefaults, ...options },
    announce: createAnnounce(pool),
  }
  return {
    submit: createSubmit(queue),
    find: (id) => findJob(pool, id),
    list: createList(queue),
    claimJob: createClaimJob(queue),
    renewLease: createRenewLease(queue),
    reportProgress: createReportProgress(queue),
    releaseJob: createReleaseJob(queue),
    completeJob: createCompleteJob(queue),
    failJob: createFailJob(queue),
    cancel: createCancel(queue),
    noteMarketJob: createNoteMarketJob(queue),
    sweep: createSweep(queue),
    getQueueDepth: createGetQueueDepth(queue),
    eventsAfter: createEventsAfter(queue),
    allEventsAfter: createAllEventsAfter(queue),
    newestEvent: createNewestEvent(queue),
    watch: (onEvents, signal) => watchAnnouncements(pool, onEvents, signal),
  }
}
