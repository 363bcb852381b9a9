import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { SubmitJob } from '#protocol/api/jobs.ts'
import { Quality } from '#protocol/api/jobs.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Ladder } from '#protocol/ladder.ts'
import type { PostSource } from './source-state.ts'

/** What an owner has chosen so far. */
export type PostTerms = {
  /** Names of the renditions. */
  readonly renditions: readonly string[]
  /** Who may take the job, the first to be asked first. */
  readonly tiers: readonly EncoderKind[]
  /** The most that the community is paid, as it was typed; null while nobody has, and the estimate stands. */
  readonly ceiling: string | null
  readonly arbiter: HiveAccount | null
  readonly workSeconds: number | null
}

export const tierTexts: Readonly<
  Record<EncoderKind, { readonly name: string; readonly note: string }>
> = {
  agent: { name: 'My desktop', note: 'Your own node, for nothing.' },
  browser: { name: 'My browser', note: 'An open tab of this site, 480p only, for nothing.' },
  community: { name: 'The community', note: 'The best bid, paid from escrow.' },
}

/** The rendition that tabs make. */
const tabRendition = '480p'

export function usualTerms({ ladder }: Pick<PostSource, 'ladder'>): PostTerms {
  return {
    ...{ renditions: ladder.map(({ name }) => name), tiers: ['community'] },
    ...{ ceiling: null, arbiter: null, workSeconds: null },
  }
}

/** The rungs that are wanted, in the ladder's order. */
export function wantedLadder(
  ladder: Ladder,
  { renditions }: Pick<PostTerms, 'renditions'>,
): Ladder {
  return ladder.filter(({ name }) => renditions.includes(name))
}

/** Why a tier can never have the job as it is; null where it can. */
export function obstacleOf(
  tier: EncoderKind,
  { isShort }: Pick<PostSource, 'isShort'>,
  { renditions }: Pick<PostTerms, 'renditions'>,
): string | null {
  if (tier !== 'browser') return null
  if (!isShort) return 'The video is two minutes or longer.'
  return renditions.includes(tabRendition) ? null : `A tab makes ${tabRendition} only.`
}

/** Adds a tier at the end, or takes it away. */
export function withTier({ tiers, ...rest }: PostTerms, tier: EncoderKind): PostTerms {
  const others = tiers.filter((each) => each !== tier)
  return { ...rest, tiers: others.length === tiers.length ? [...tiers, tier] : others }
}

/** Lets a tier be asked before the one in front of it. */
export function withTierEarlier(terms: PostTerms, tier: EncoderKind): PostTerms {
  const place = terms.tiers.indexOf(tier)
  if (place < 1) return terms
  const tiers = terms.tiers.toSpliced(place, 1).toSpliced(place - 1, 0, tier)
  return { ...terms, tiers }
}

export function withRendition({ renditions, ...rest }: PostTerms, name: string): PostTerms {
  const others = renditions.filter((each) => each !== name)
  return {
    ...rest,
    renditions: others.length === renditions.length ? [...renditions, name] : others,
  }
}

/** `0.1`, `0,1` or `0.100 HBD`; null for what is no amount, or nothing. */
export function parseCeiling(text: string): MilliHbd | null {
  const [, whole = '0', part = ''] =
    /^(\d{1,9})(?:[.,](\d{1,3}))?(?:\s*HBD)?$/i.exec(text.trim()) ?? []
  const amount = BigInt(whole) * 1_000n + BigInt(part.padEnd(3, '0'))
  return amount > 0n ? milliHbd(amount) : null
}

export type Asks = {
  readonly low: MilliHbd
  readonly median: MilliHbd
  readonly high: MilliHbd
} | null

/** What is suggested where nothing was typed: what anybody asks, and no less than the cheapest arbiter does. */
export function suggestedCeiling(asks: Asks, cheapestFee: MilliHbd | null): MilliHbd | null {
  if (!asks) return null
  return cheapestFee !== null && cheapestFee > asks.high ? cheapestFee : asks.high
}

/** What is missing before the job can be posted, in words; null where nothing is. */
export function missingIn(
  terms: PostTerms,
  source: PostSource,
  ceiling: MilliHbd | null,
): string | null {
  if (terms.renditions.length === 0) return 'Choose at least one rendition.'
  if (terms.tiers.length === 0) return 'Choose who may encode it.'
  for (const tier of terms.tiers) {
    const obstacle = obstacleOf(tier, source, terms)
    if (obstacle !== null) return `${tierTexts[tier].name} cannot take it: ${obstacle}`
  }
  if (terms.tiers.includes('community') && ceiling === null)
    return 'Say what the community is paid at the most.'
  return null
}

/** What is sent; renditions that no preset names are the video's only one, which it gets unasked. */
export function jobOf(
  { name, cid, seconds }: PostSource,
  { renditions, tiers }: PostTerms,
  ceiling: MilliHbd | null,
): Omit<SubmitJob, 'id'> {
  const presets = renditions.flatMap((each) => {
    const preset = Quality.safeParse(each)
    return preset.success ? [preset.data] : []
  })
  return {
    ...{ permlink: permlinkOf(name), inputCid: cid, durationSeconds: seconds, tiers: [...tiers] },
    budget: tiers.includes('community') ? ceiling : null,
    ...(presets.length > 0 ? { qualities: presets } : {}),
  }
}

/** A name for people, from the file's own. */
function permlinkOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/\.[^.]+$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return plain.slice(0, 200) || 'video'
}
