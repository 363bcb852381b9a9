import type { z } from 'zod'
import { completeRoute, failRoute, progressRoute } from '#protocol/api/agent.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { IncomingWebhook } from '#protocol/webhook.ts'
import { MarketError } from '../errors.ts'
import type { JobScheduler, Lease } from '../ports/job-scheduler.ts'
import { parse } from './mount.ts'
import { settled } from './refusals.ts'
import { failureOf, reportOf, requireUnchecked } from './routes/agent-routes.ts'

/**
 * Carries a signed call about a job out, as the agent's route of the same name would: its lease counts there too. Idempotent, as those
 * are. Throws `request-invalid`, or what a refusal of the scheduler is called.
 */
export function createApplyWebhook(scheduler: JobScheduler) {
  return async ({ type, job, data }: IncomingWebhook): Promise<void> => {
    switch (type) {
      case 'job.progress': {
        const body = dataOf(progressRoute.body, data, job)
        settled(await scheduler.reportProgress(leaseOf(body), reportOf(body)))
        return
      }
      case 'job.completed': {
        const body = dataOf(completeRoute.body, data, job)
        const { jobId: _job, encoderId: _encoder, fencingToken: _token, ...result } = body
        await requireUnchecked(scheduler, body.jobId)
        settled(await scheduler.completeJob(leaseOf(body), result))
        return
      }
      case 'job.failed': {
        const body = dataOf(failRoute.body, data, job)
        settled(await scheduler.failJob(leaseOf(body), failureOf(body)))
      }
    }
  }
}

function leaseOf(shown: {
  readonly jobId: EncodingJobId
  readonly encoderId: string
  readonly fencingToken: number
}): Lease {
  return { job: shown.jobId, encoder: shown.encoderId, fencingToken: shown.fencingToken }
}

/** The secret is of one job: a call signed with it is about no other. */
function dataOf<S extends z.ZodType<{ readonly jobId: EncodingJobId }>>(
  schema: S,
  data: unknown,
  job: string,
): z.output<S> {
  const parsed = parse(schema, data)
  if (parsed.jobId === job) return parsed
  throw new MarketError('request-invalid', 'The call is signed for another job than it is about.')
}
