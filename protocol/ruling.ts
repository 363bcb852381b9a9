import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Fault, Verdict } from './attestation.ts'
import { Cid, JobId } from './ids.ts'

/** `job.ruling`: an arbiter ends a dispute. It stands in the transaction that releases the escrow as it says. */
export const JobRuling = z.strictObject({
  v: z.literal(1),
  t: z.literal('job.ruling'),
  job: JobId,
  /** The delivered root, absent where nothing was delivered. */
  root: Cid.optional(),
  verdict: Verdict,
  toEncoder: MilliHbd,
  toCreator: MilliHbd,
  faults: z.array(Fault).max(16).readonly(),
})
export type JobRuling = z.infer<typeof JobRuling>
