import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Verdict } from './attestation.ts'
import { BlockHeight, Cid, HiveAccount, JobId } from './ids.ts'

/** A finished job in one line: what `--json` prints last and what tools read. */
export const JobReport = z.strictObject({
  job: JobId,
  source: Cid,
  root: Cid,
  renditions: z.array(
    z.strictObject({
      name: z.string(),
      width: z.int(),
      height: z.int(),
      segments: z.int(),
      bytes: z.int(),
    }),
  ),
  /** What the bid asked, and what the escrow paid out to the encoder. */
  price: MilliHbd,
  paid: MilliHbd,
  encoder: HiveAccount,
  arbiter: HiveAccount,
  verdict: Verdict,
  blocks: z.strictObject({
    offer: BlockHeight,
    award: BlockHeight,
    deliver: BlockHeight,
    release: BlockHeight,
  }),
  /** Seconds from posting the job to its payment, and what the encoder and the check needed of them. */
  seconds: z.strictObject({
    total: z.number(),
    fetch: z.number(),
    encode: z.number(),
    verify: z.number(),
  }),
})
export type JobReport = z.infer<typeof JobReport>
