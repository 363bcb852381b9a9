import { z } from 'zod'
import { EncoderKind } from '#protocol/encoding-job.ts'
import { TierReason } from '#protocol/tier-reason.ts'
import { reasonText } from '../../../domain/reason-text.ts'
import type { PlannedTier } from '../../../domain/tier-plan.ts'
import type { JobPlan } from '../../../ports/job-plans.ts'

const Steps = z.array(
  z.strictObject({
    tier: EncoderKind,
    waitSeconds: z.int().nullable(),
    skipped: TierReason.nullable(),
  }),
)
const Found = z.strictObject({ reason: TierReason, text: z.string() })
const Reasons = z.partialRecord(EncoderKind, Found)

/** A row of `job_plans` as the driver gives it. */
export type PlanRow = {
  readonly steps: unknown
  readonly signature_wait_seconds: number
  readonly reasons: unknown
  readonly award_until: Date | null
}

export function planOf(row: PlanRow): JobPlan {
  return {
    steps: Steps.parse(row.steps),
    signatureWaitSeconds: row.signature_wait_seconds,
    reasons: Reasons.parse(row.reasons),
    awardUntil: row.award_until,
  }
}

/** What was found out about one tier, as JSON. */
export function foundJson(tier: EncoderKind, reason: TierReason): unknown {
  return z.encode(Found, { reason, text: reasonText(tier, reason) })
}

export function stepsJson(steps: readonly PlannedTier[]): string {
  return JSON.stringify(z.encode(Steps, [...steps]))
}

/** Of the tiers that the job's own terms rule out. */
export function skippedJson(steps: readonly PlannedTier[]): string {
  const skipped = steps.flatMap(({ tier, skipped: reason }) =>
    reason === null ? [] : [[tier, foundJson(tier, reason)] as const],
  )
  return JSON.stringify(Object.fromEntries(skipped))
}
