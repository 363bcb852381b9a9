import { z } from 'zod'
import { EncoderKind } from '../encoding-job.ts'
import { TierReason } from '../tier-reason.ts'

/** One tier of a job, in its owner's order. */
const TierStep = z.strictObject({
  tier: EncoderKind,
  /** `skipped`: the job itself rules it out; `current`: may take the job, has it, or finished it; `left`: had its time; `next`: not needed so far. */
  state: z.enum(['skipped', 'left', 'current', 'next']),
  /** How long the job waits there for somebody, at the most; null where nothing would follow but the job's end. */
  waitSeconds: z.int().nullable(),
  /** What was last found out about it; null where there is nothing to tell yet. */
  reason: TierReason.nullable(),
  /** The same for people. */
  text: z.string().nullable(),
})

export const TierPlan = z.array(TierStep).readonly()
export type TierPlan = z.infer<typeof TierPlan>
