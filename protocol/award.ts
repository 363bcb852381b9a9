import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { ChainTime, EscrowId, HiveAccount, JobId, Sha256Hex } from './ids.ts'

/**
 * `job.award`: the creator's choice of a bid. It counts only in the transaction that also opens the escrow it names,
 * so a job is never awarded without money nor funded without an award.
 */
export const JobAward = z.strictObject({
  v: z.literal(1),
  t: z.literal('job.award'),
  job: JobId,
  encoder: HiveAccount,
  arbiter: HiveAccount,
  price: MilliHbd,
  readyBy: ChainTime,
  /** Hash of the bid's canonical JSON. */
  bid: Sha256Hex,
  escrow: EscrowId,
})
export type JobAward = z.infer<typeof JobAward>
