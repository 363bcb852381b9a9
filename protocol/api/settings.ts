import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { EncoderKind } from '../encoding-job.ts'
import { HiveAccount } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { Quality, WebhookUrl } from './jobs.ts'
import { noBody } from './paging.ts'

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length

const day = 86_400

/** How long a job may wait for somebody, in seconds. */
const Wait = z
  .int()
  .min(5)
  .max(7 * day)

export const Settings = z.strictObject({
  tiers: z
    .array(EncoderKind)
    .min(1)
    .max(3)
    .refine(distinct, 'named twice')
    .meta({ uniqueItems: true })
    .readonly(),
  qualities: z
    .array(Quality)
    .min(1)
    .max(3)
    .refine(distinct, 'named twice')
    .meta({ uniqueItems: true })
    .readonly(),
  budget: MilliHbd.nullable(),
  arbiters: z
    .array(HiveAccount)
    .max(16)
    .refine(distinct, 'named twice')
    .meta({ uniqueItems: true })
    .readonly(),
  /**
   * Most that the account's own node may award, and release for good work, of jobs that it offers from the queue, without asking; null to
   * ask always. The node's own limits hold besides.
   */
  awardLimit: MilliHbd.nullable(),
  releaseLimit: MilliHbd.nullable(),
  webhookUrl: WebhookUrl.nullable(),
  /** For the account's own desktop agent, or page, to take a job, before the next tier may. */
  agentWaitSeconds: Wait,
  browserWaitSeconds: Wait,
  /** For bids of the community. */
  bidWaitSeconds: Wait,
  /** For the account's signature under an offer or an award. Long enough for encoder and arbiter to answer it. */
  signatureWaitSeconds: z
    .int()
    .min(60)
    .max(7 * day),
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
