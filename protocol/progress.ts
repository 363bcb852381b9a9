import { z } from 'zod'
import { Cid, HiveAccount, JobId } from './ids.ts'

/** The stages of the blueprint's agent contract. */
export const Stage = z.enum(['downloading', 'encoding', 'uploading'])
export type Stage = z.infer<typeof Stage>

/** Whoever is at work says so at least so often, whether or not there is anything new. */
export const beatSeconds = 10

/** How far an encoder is. A later sequence number replaces an earlier one; nothing here is money. */
export const Progress = z.strictObject({
  v: z.literal(1),
  type: z.literal('progress'),
  job: JobId,
  encoder: HiveAccount,
  sequence: z.int().min(0),
  stage: Stage,
  percent: z.number().min(0).max(100),
  /** Seconds of video encoded per second, absent before it is known. */
  speed: z.number().min(0).max(100_000).optional(),
  etaSeconds: z.int().min(0).optional(),
  /** A tree of what is finished so far, that the encoder's node has: it can be watched, and proves nothing. */
  preview: Cid.optional(),
})
export type Progress = z.infer<typeof Progress>
