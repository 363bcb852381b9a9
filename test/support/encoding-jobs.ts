import { randomUUID } from 'node:crypto'
import type {
  EncodingResult,
  JobScheduler,
  Lease,
  LeasedJob,
  NewEncodingJob,
  SchedulerOutcome,
} from '#market/ports/job-scheduler.ts'
import { milliHbd } from '#protocol/amount.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { Cid } from '#protocol/ids.ts'
import { alice } from './builders.ts'

export const aCid = Cid.parse(`bafkrei${'a'.repeat(51)}4`)

export const anEncodingJob = (fields: Partial<NewEncodingJob> = {}): NewEncodingJob => ({
  id: EncodingJobId.parse(randomUUID()),
  owner: alice,
  permlink: 'a-video',
  inputCid: aCid,
  durationSeconds: 60,
  qualities: ['720p', '480p'],
  tiers: ['community'],
  budget: milliHbd(100n),
  ...fields,
})

export const aResult = (fields: Partial<EncodingResult> = {}): EncodingResult => ({
  outputCid: aCid,
  manifestPath: 'manifest.json',
  qualities: ['720p', '480p'],
  processingTimeSec: 12.3,
  outputSizeBytes: 5_000_000_000,
  ...fields,
})

export const leaseOf = ({ id, assignedEncoderId, fencingToken }: LeasedJob): Lease => ({
  job: id,
  encoder: assignedEncoderId,
  fencingToken,
})

/** The value of a call that must not be refused. */
export function granted<Value>(outcome: SchedulerOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal}`)
  return outcome.value
}

export async function claimed(
  scheduler: Pick<JobScheduler, 'claimJob'>,
  encoder: Parameters<JobScheduler['claimJob']>[0],
  kinds: Parameters<JobScheduler['claimJob']>[1] = ['community'],
): Promise<LeasedJob> {
  const job = await scheduler.claimJob(encoder, kinds)
  if (!job) throw new Error('nothing to claim')
  return job
}
