import type { TierPlan } from '#protocol/api/tier-plan.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import { reasonText } from '../domain/reason-text.ts'
import type { PlannedTier } from '../domain/tier-plan.ts'
import type { JobPlan } from '../ports/job-plans.ts'
import type { EncodingJob } from '../ports/job-scheduler.ts'

/** The way of a job as its owner reads it: where it is, where it was and why it went on, where it may yet go. */
export function viewPlan({ steps, reasons }: JobPlan, job: EncodingJob): TierPlan {
  return steps.map((step) => ({
    ...{ tier: step.tier, waitSeconds: step.waitSeconds, state: stateOf(step, job) },
    reason: reasons[step.tier]?.reason ?? null,
    text: reasons[step.tier]?.text ?? null,
  }))
}

function stateOf({ tier, skipped }: PlannedTier, job: EncodingJob): TierPlan[number]['state'] {
  if (skipped !== null) return 'skipped'
  const placeOf = (each: EncoderKind) => job.tiers.indexOf(each)
  if (tier === job.tier) return job.phase === 'failed' ? 'left' : 'current'
  if (placeOf(tier) < placeOf(job.tier)) return 'left'
  return 'next'
}

/** The way that a job would have, with what stands in it now. */
export function viewPreview(
  steps: readonly (PlannedTier & { readonly reason: TierPlan[number]['reason'] })[],
): TierPlan {
  const first = steps.findIndex(({ skipped }) => skipped === null)
  return steps.map(({ tier, waitSeconds, skipped, reason }, place) => ({
    ...{ tier, waitSeconds, state: previewState(skipped !== null, place === first) },
    reason,
    text: reason && reasonText(tier, reason),
  }))
}

function previewState(isSkipped: boolean, isFirst: boolean): TierPlan[number]['state'] {
  if (isSkipped) return 'skipped'
  return isFirst ? 'current' : 'next'
}
