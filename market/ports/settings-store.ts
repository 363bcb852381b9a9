import type { MilliHbd } from '#protocol/amount.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { AuditDeed } from '../domain/audit-entry.ts'
import type { TierWaits } from '../domain/tier-plan.ts'
import { usualWaits } from '../domain/tier-plan.ts'

/** What an account wants of its jobs unless they say otherwise. */
export type EncodingSettings = TierWaits & {
  /** Kinds of encoder, the favourite first. */
  readonly tiers: readonly EncoderKind[]
  readonly qualities: readonly string[]
  /** The most that the community is paid for a job; null for nothing. */
  readonly budget: MilliHbd | null
  readonly arbiters: readonly HiveAccount[]
  /** Most that may be awarded, and released, without asking the owner; null to ask always. */
  readonly awardLimit: MilliHbd | null
  readonly releaseLimit: MilliHbd | null
  readonly webhookUrl: string | null
}

/** Of an account that has never said anything. */
export const defaultSettings: EncodingSettings = {
  tiers: ['agent', 'browser', 'community'],
  qualities: ['1080p', '720p', '480p'],
  budget: null,
  arbiters: [],
  awardLimit: null,
  releaseLimit: null,
  webhookUrl: null,
  ...usualWaits,
}

export interface SettingsStore {
  find(owner: HiveAccount): Promise<EncodingSettings>
  /** Changes what is named and leaves the rest, also while another call changes something else; a deed is noted with it. */
  change(
    owner: HiveAccount,
    changes: Partial<EncodingSettings>,
    deed?: AuditDeed,
  ): Promise<EncodingSettings>
}
