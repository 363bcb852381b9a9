import type { EncoderKind, FailureClass } from '#protocol/encoding-job.ts'
import { nextTier } from './routing.ts'

/** Why an attempt ended: what its encoder said, or that it said nothing any more. */
export type AttemptEnd = FailureClass | 'lease-lost'

type Rule = {
  /** `retry` stays in the tier while it has attempts left; then, as `next-tier` at once, the job falls. */
  readonly follows: 'end' | 'retry' | 'next-tier'
  readonly costsAttempt: boolean
  /** Whether the job waits, longer after each failure, before it may be claimed again. */
  readonly rests: boolean
}

/** What costs no attempt is bounded all the same: by the job's expiry. */
export const failureRules: Readonly<Record<AttemptEnd, Rule>> = {
  'input-fatal': { follows: 'end', costsAttempt: true, rests: false },
  'unsupported-here': { follows: 'next-tier', costsAttempt: true, rests: true },
  device: { follows: 'retry', costsAttempt: true, rests: true },
  resource: { follows: 'retry', costsAttempt: true, rests: true },
  network: { follows: 'retry', costsAttempt: false, rests: true },
  cancelled: { follows: 'retry', costsAttempt: false, rests: false },
  'lease-lost': { follows: 'retry', costsAttempt: true, rests: false },
}

export type Attempted = {
  readonly tiers: readonly EncoderKind[]
  readonly tier: EncoderKind
  readonly attempts: number
  readonly maxAttempts: number
}

export type AfterFailure = {
  readonly phase: 'queued' | 'failed'
  readonly tier: EncoderKind
  /** Those of the tier it is in from now on. */
  readonly attempts: number
  readonly rests: boolean
}

/** What becomes of a job when an attempt at it ends without a result. */
export function afterFailure(job: Attempted, end: AttemptEnd): AfterFailure {
  const { follows, costsAttempt, rests } = failureRules[end]
  const attempts = job.attempts + (costsAttempt ? 1 : 0)
  const stays = { tier: job.tier, attempts }
  if (follows === 'end') return { ...stays, phase: 'failed', rests: false }
  const isUsedUp = attempts >= job.maxAttempts && costsAttempt
  const next = nextTier(job.tiers, job.tier)
  if (next !== null && (isUsedUp || follows === 'next-tier'))
    return { phase: 'queued', tier: next, attempts: 0, rests: false }
  if (isUsedUp) return { ...stays, phase: 'failed', rests: false }
  return { ...stays, phase: 'queued', rests }
}
