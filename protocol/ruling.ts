import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Fault, mostFaults, Verdict } from './attestation.ts'
import { Cid, HiveAccount, JobId, Sha256Hex } from './ids.ts'

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
  faults: z.array(Fault).max(mostFaults).readonly(),
  /** The {@link RulingEvidence} that led to it, kept by the arbiter; absent where nothing was delivered in time. */
  evidence: Cid.optional(),
})
export type JobRuling = z.infer<typeof JobRuling>

/**
 * What a ruling was made from, as canonical JSON in the content store: with the chain and the delivered tree it is all that
 * anybody needs to make the same check again.
 */
export const RulingEvidence = z.strictObject({
  v: z.literal(1),
  type: z.literal('ruling-evidence'),
  job: JobId,
  root: Cid,
  /** Whose finding it is: the arbiter's own, or that of another of the offer's arbiters. */
  finder: HiveAccount,
  salt: z.union([Sha256Hex, z.literal('')]),
  seed: Sha256Hex,
  challenged: z.array(z.int().min(0)).max(64).readonly(),
  verdict: Verdict,
  faults: z.array(Fault).max(mostFaults).readonly(),
})
export type RulingEvidence = z.infer<typeof RulingEvidence>
