import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { TierReason } from '#protocol/tier-reason.ts'
import type { NewEncodingJob } from '../ports/job-scheduler.ts'

/** A video that is shorter can be encoded within a web page. */
const shortSeconds = 120

/** The one rendition that browsers make. */
const browserQuality = '480p'

/** What decides about the tiers of a job before anybody has looked who is there. */
export type RoutingTerms = Pick<
  NewEncodingJob,
  'tiers' | 'durationSeconds' | 'qualities' | 'budget'
>

export function isShort(durationSeconds: number | null): boolean {
  return durationSeconds !== null && durationSeconds < shortSeconds
}

/**
 * The kinds that may take a job, in its owner's order: browsers only short videos of which the small rendition is wanted, the
 * community only where it is paid. Empty where nobody may.
 */
export function routeJob(terms: RoutingTerms): EncoderKind[] {
  return [...new Set(terms.tiers)].filter((kind) => obstacleTo(kind, terms) === null)
}

/** Why a kind can never have a job of these terms; null where it can. */
export function obstacleTo(
  kind: EncoderKind,
  { durationSeconds, qualities, budget }: Omit<RoutingTerms, 'tiers'>,
): TierReason | null {
  switch (kind) {
    case 'agent':
      return null
    case 'browser':
      if (durationSeconds === null) return { type: 'length-unknown', limitSeconds: shortSeconds }
      if (!isShort(durationSeconds))
        return { type: 'too-long', seconds: durationSeconds, limitSeconds: shortSeconds }
      if (!qualities.includes(browserQuality))
        return { type: 'rendition-not-wanted', rendition: browserQuality }
      return null
    case 'community':
      return budget === null ? { type: 'no-budget' } : null
  }
}

/** The tier that a job falls to, or null from the last. */
export function nextTier(tiers: readonly EncoderKind[], tier: EncoderKind): EncoderKind | null {
  return tiers[tiers.indexOf(tier) + 1] ?? null
}

/** Agents and browsers are people's own: they work for nobody else. */
export function servesOnlyOwner(kind: EncoderKind): boolean {
  return kind !== 'community'
}
