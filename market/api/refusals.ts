import type { MarketErrorCode } from '../errors.ts'
import { MarketError } from '../errors.ts'
import type { SchedulerOutcome, SchedulerRefusal } from '../ports/job-scheduler.ts'

/** What a refused call of the scheduler is called outside. */
const refusals: Readonly<
  Record<SchedulerRefusal, readonly [code: MarketErrorCode, message: string]>
> = {
  'not-found': ['not-found', 'There is no such job.'],
  'not-holder': ['not-holder', 'The job is not with this encoder.'],
  'lease-expired': ['lease-expired', 'The lease has run out; claim again.'],
  'stale-token': ['stale-token', 'The encoder holds this job by a later lease than this one.'],
  ended: ['job-ended', 'The job has ended; nothing can change it any more.'],
  'id-taken': ['id-taken', 'The id belongs to another job.'],
  'no-tier': [
    'no-tier',
    'Nobody may take this job: browsers take videos under two minutes in 480p only, and the community works for a budget.',
  ],
}

/** What a call of the scheduler came to. Throws a MarketError for one that was refused. */
export function settled<T>(outcome: SchedulerOutcome<T>): T {
  if (outcome.ok) return outcome.value
  const [code, message] = refusals[outcome.refusal]
  throw new MarketError(code, message)
}
