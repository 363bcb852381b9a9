import { z } from 'zod'
import { Cid, JobId, Sha256Hex } from './ids.ts'

export const Verdict = z.enum(['pass', 'fail'])
export type Verdict = z.infer<typeof Verdict>

/** One reason for a `fail`, short enough for the chain; the evidence is found by its CID. */
export const Fault = z.strictObject({
  code: z.enum([
    'unavailable',
    'manifest-invalid',
    'manifest-differs-from-offer',
    'merkle-root-differs',
    'tree-differs-from-manifest',
    'segment-invalid',
    'bitrate-out-of-bounds',
    'bytes-differ',
  ]),
  /** Rendition and index of the leaf at fault, absent where the whole tree is. */
  rendition: z.string().max(5).optional(),
  segment: z.int().min(0).optional(),
})
export type Fault = z.infer<typeof Fault>

/** `job.attest`: what a check of a delivery found. The creator's one reveals the salt, so that anyone can recompute the sample. */
export const JobAttest = z.strictObject({
  v: z.literal(1),
  t: z.literal('job.attest'),
  job: JobId,
  root: Cid,
  verdict: Verdict,
  salt: Sha256Hex,
  /** Seed of the challenge and the leaves it drew, in falling order of surprise: as drawn. */
  seed: Sha256Hex,
  challenged: z.array(z.int().min(0)).max(64).readonly(),
  faults: z.array(Fault).max(16).readonly(),
})
export type JobAttest = z.infer<typeof JobAttest>
