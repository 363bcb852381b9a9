import type { HiveAccount } from '#protocol/ids.ts'
import type { TierReason } from '#protocol/tier-reason.ts'
import type { RoutingTerms } from '../domain/routing.ts'
import type { PlannedTier, TierWaits } from '../domain/tier-plan.ts'
import { planTiers } from '../domain/tier-plan.ts'
import type { OwnTierDeps } from './look-at-own-tier.ts'
import { createLookAtOwnTier } from './look-at-own-tier.ts'

/** A tier of a job that nobody has submitted yet, and what there is to say about it now; null where nothing stands in the way. */
type PreviewedTier = PlannedTier & { readonly reason: TierReason | null }

export type PreviewPlan = (
  owner: HiveAccount,
  terms: RoutingTerms & { readonly waits: TierWaits },
) => Promise<readonly PreviewedTier[]>

/** Where a job of these terms would go as things are now. */
export function createPreviewPlan(deps: OwnTierDeps): PreviewPlan {
  const lookAtOwnTier = createLookAtOwnTier(deps)
  return async (owner, terms) =>
    await Promise.all(
      planTiers(terms).map(async (step) => {
        const { tier, skipped } = step
        if (skipped !== null || tier === 'community') return { ...step, reason: skipped }
        return { ...step, reason: await lookAtOwnTier(owner, tier) }
      }),
    )
}
