import { z } from 'zod'
import { Cid, JobId, Sha256Hex } from './ids.ts'

/** `job.deliver`: the encoder commits to every byte of its work before it can know what will be checked. */
export const JobDeliver = z.strictObject({
  v: z.literal(1),
  t: z.literal('job.deliver'),
  job: JobId,
  /** The tree: a directory with `master.m3u8`, `manifest.json` and the segments. */
  root: Cid,
  manifest: Cid,
  /** Root over the tree's leaves, and how many there are. */
  merkleRoot: Sha256Hex,
  leaves: z.int().min(1).max(1_000_000),
  renditions: z
    .array(
      z.strictObject({ name: z.string().max(5), segments: z.int().min(1), bytes: z.int().min(1) }),
    )
    .min(1)
    .max(9),
  /** Milliseconds the encoder spent on fetching the source and on encoding. */
  milliseconds: z.strictObject({ fetch: z.int().min(0), encode: z.int().min(0) }),
})
export type JobDeliver = z.infer<typeof JobDeliver>
