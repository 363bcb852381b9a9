import { z } from 'zod'
import { HiveAccount, JobId } from './ids.ts'

/** `encoder.rate`: one to five stars by the account that paid for the job. */
export const EncoderRate = z.strictObject({
  v: z.literal(1),
  t: z.literal('encoder.rate'),
  job: JobId,
  encoder: HiveAccount,
  stars: z.int().min(1).max(5),
})
export type EncoderRate = z.infer<typeof EncoderRate>
