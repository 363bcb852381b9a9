import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { JobId } from '#protocol/ids.ts'

/**
 * The id under which a job of the queue is offered on the chain. It follows from the job's own id, so that everybody who reads
 * the chain knows which offer is for which job, and a job that is offered twice is offered once.
 */
export function marketJobOf(owner: HiveAccount, job: EncodingJobId): JobId {
  return JobId.parse(`${owner}:${offerReference(job)}`)
}

/** The part of that id that is the creator's choice: the last sixteen hex digits of a UUID. */
export function offerReference(job: EncodingJobId): string {
  return job.replaceAll('-', '').slice(-16)
}
