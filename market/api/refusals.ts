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

/**
 * What is made of content that a request names. That it is not here, or is no file, is the request's own trouble: throws `not-found`
 * or `input-unreadable` for it.
 */
export async function ofNamed<T>(content: Promise<T>): Promise<T> {
  try {
    return await content
  } catch (error) {
    throw asOwnTrouble(error)
  }
}

function asOwnTrouble(cause: unknown): unknown {
  if (!(cause instanceof MarketError)) return cause
  const code = ownTrouble[cause.code]
  return code ? new MarketError(code, cause.message, {}, { cause }) : cause
}

const ownTrouble: Readonly<Partial<Record<MarketErrorCode, MarketErrorCode>>> = {
  'content-unavailable': 'not-found',
  'content-corrupt': 'input-unreadable',
}

/** What a call of the scheduler came to. Throws a MarketError for one that was refused. */
export function settled<T>(outcome: SchedulerOutcome<T>): T {
  if (outcome.ok) return outcome.value
  const [code, message] = refusals[outcome.refusal]
  throw new MarketError(code, message)
}
