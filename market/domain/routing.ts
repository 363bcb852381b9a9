import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { NewEncodingJob } from '../ports/job-scheduler.ts'

/** A video that is shorter can be encoded within a web page. */
const shortSeconds = 120

/** The one rendition that browsers make. */
const browserQuality = '480p'

export function isShort(durationSeconds: number | null): boolean {
  return durationSeconds !== null && durationSeconds < shortSeconds
}

/**
 * The kinds that may take a job, in its owner's order: browsers only short videos of which the small rendition is wanted, the
 * community only where it is paid. Empty where nobody may.
 */
export function routeJob({
  tiers,
  durationSeconds,
  qualities,
  budget,
}: Pick<NewEncodingJob, 'tiers' | 'durationSeconds' | 'qualities' | 'budget'>): EncoderKind[] {
  const isPossible: Readonly<Record<EncoderKind, boolean>> = {
    agent: true,
    browser: isShort(durationSeconds) && qualities.includes(browserQuality),
    community: budget !== null,
  }
  return [...new Set(tiers)].filter((kind) => isPossible[kind])
}

/** The tier that a job falls to, or null from the last. */
export function nextTier(tiers: readonly EncoderKind[], tier: EncoderKind): EncoderKind | null {
  return tiers[tiers.indexOf(tier) + 1] ?? null
}

/** Agents and browsers are people's own: they work for nobody else. */
export function servesOnlyOwner(kind: EncoderKind): boolean {
  return kind !== 'community'
}
