import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { TierReason } from '#protocol/tier-reason.ts'
import type { RoutingTerms } from './routing.ts'
import { obstacleTo, servesOnlyOwner } from './routing.ts'

/** How long an owner lets a job wait, in seconds. */
export type TierWaits = {
  /** For a desktop agent, or a page, that is there to take it. */
  readonly agentWaitSeconds: number
  readonly browserWaitSeconds: number
  /** For bids, once the job has come to the community. */
  readonly bidWaitSeconds: number
  /** For the owner's own signature under an offer or an award. */
  readonly signatureWaitSeconds: number
}

export const usualWaits: TierWaits = {
  agentWaitSeconds: 120,
  browserWaitSeconds: 120,
  bidWaitSeconds: 300,
  signatureWaitSeconds: 3_600,
}

/** One tier that an owner named. */
export type PlannedTier = {
  readonly tier: EncoderKind
  /**
   * How long the job waits there at the most. Null in an own tier with none after it: to give up earlier than the job itself
   * expires would gain nothing.
   */
  readonly waitSeconds: number | null
  /** Why the job never gets there; null where it may. */
  readonly skipped: TierReason | null
}

/** The way of a job as its owner wants it, with the tiers that its own terms rule out. */
export function planTiers(
  terms: RoutingTerms & { readonly waits?: TierWaits },
): readonly PlannedTier[] {
  const { waits = usualWaits } = terms
  const steps = [...new Set(terms.tiers)].map((tier) => ({
    tier,
    skipped: obstacleTo(tier, terms),
  }))
  const last = steps.findLast(({ skipped }) => skipped === null)?.tier
  return steps.map(({ tier, skipped }) => {
    const isEnd = tier === last && servesOnlyOwner(tier)
    return { tier, skipped, waitSeconds: isEnd ? null : waitIn(tier, waits) }
  })
}

function waitIn(tier: EncoderKind, waits: TierWaits): number {
  switch (tier) {
    case 'agent':
      return waits.agentWaitSeconds
    case 'browser':
      return waits.browserWaitSeconds
    case 'community':
      return waits.bidWaitSeconds
  }
}
