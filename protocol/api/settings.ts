import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { EncoderKind } from '../encoding-job.ts'
import { HiveAccount } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { Quality } from './jobs.ts'
import { noBody } from './paging.ts'

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length

export const Settings = z.strictObject({
  tiers: z.array(EncoderKind).min(1).max(3).refine(distinct, 'named twice').readonly(),
  qualities: z.array(Quality).min(1).max(3).refine(distinct, 'named twice').readonly(),
  budget: MilliHbd.nullable(),
  arbiters: z.array(HiveAccount).max(16).refine(distinct, 'named twice').readonly(),
  /** Most that may be awarded, and released, without asking; null to ask always. */
  awardLimit: MilliHbd.nullable(),
  releaseLimit: MilliHbd.nullable(),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .nullable(),
})
export type Settings = z.infer<typeof Settings>

const UserParams = z.strictObject({ user: HiveAccount })

export const getSettingsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/settings/:user',
  summary: "An account's own settings.",
  params: UserParams,
  body: noBody,
  reply: Settings,
})

export const changeSettingsRoute = defineRoute({
  method: 'PATCH',
  path: '/api/encoding/settings/:user',
  summary: "Change what is named of an account's own settings.",
  params: UserParams,
  body: Settings.partial(),
  reply: Settings,
})
