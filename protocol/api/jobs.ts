import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { EncoderKind, EncodingEventType, EncodingJobId, EncodingPhase } from '../encoding-job.ts'
import { Cid, HiveAccount, JobId } from '../ids.ts'
import { Stage } from '../progress.ts'
import { defineRoute } from '../route.ts'
import { Moment } from './moment.ts'
import { noBody, none, pageOf, pageQuery, wholeNumber } from './paging.ts'
import { plainText } from './text.ts'
import { TierPlan } from './tier-plan.ts'

/** Names of the binding presets. */
export const Quality = z.enum(['1080p', '720p', '480p'])
export type Quality = z.infer<typeof Quality>

const JobResult = z.strictObject({
  outputCid: Cid,
  manifestPath: z.string(),
  qualities: z.array(z.string()).readonly(),
  processingTimeSec: z.number(),
  outputSizeBytes: z.int(),
})

/** A job of the queue, as anyone may see it. */
export const JobView = z.strictObject({
  id: EncodingJobId,
  owner: HiveAccount,
  permlink: z.string(),
  inputCid: Cid,
  isShort: z.boolean(),
  durationSeconds: z.number().nullable(),
  qualities: z.array(z.string()).readonly(),
  tiers: z.array(EncoderKind).readonly(),
  tier: EncoderKind,
  budget: MilliHbd.nullable(),
  phase: EncodingPhase,
  assignedEncoderId: z.string().nullable(),
  assignedAt: Moment.nullable(),
  leaseExpiresAt: Moment.nullable(),
  attempts: z.int(),
  maxAttempts: z.int(),
  lastError: z.string().nullable(),
  nextRetryAt: Moment.nullable(),
  currentStage: Stage.nullable(),
  stageProgress: z.int(),
  progress: z.int(),
  marketJob: JobId.nullable(),
  /** What the encoder had for it by the chain. */
  paid: MilliHbd.nullable(),
  result: JobResult.nullable(),
  createdAt: Moment,
  updatedAt: Moment,
  expiresAt: Moment,
  finishedAt: Moment.nullable(),
})
export type JobView = z.infer<typeof JobView>

/** A job with its way from tier to tier. */
const JobDetails = JobView.extend({ plan: TierPlan })

/** Where an account wants to be called. */
export const WebhookUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .meta({ format: 'http-url' })

/** What decides who may take a job. */
const jobTerms = {
  durationSeconds: z.number().min(0.001).max(86_400).optional(),
  qualities: z.array(Quality).min(1).max(3).optional(),
  /** Kinds of encoder that may take it, the favourite first; absent: as the account's settings say. */
  tiers: z.array(EncoderKind).min(1).max(3).optional(),
  /** The most that the community is paid; null keeps the job from it; absent: as the account's settings say. */
  budget: MilliHbd.nullable().optional(),
}

export const JobTerms = z.strictObject(jobTerms)
export type JobTerms = z.infer<typeof JobTerms>

export const SubmitJob = z.strictObject({
  ...jobTerms,
  /** The caller's choice: the same job sent again, after an answer was lost, is the same job. */
  id: EncodingJobId.optional(),
  permlink: plainText(1, 255),
  inputCid: Cid,
  webhookUrl: WebhookUrl.optional(),
})
export type SubmitJob = z.infer<typeof SubmitJob>

const JobParams = z.strictObject({ id: EncodingJobId })

export const submitJobRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/jobs',
  summary: 'Submit a job for the account that is signed in.',
  params: none,
  body: SubmitJob,
  reply: z.strictObject({
    job: JobDetails,
    /** For its owner only, whenever the job is submitted: it signs what is sent to the job's webhook, and what encoders send about it. */
    webhookSecret: z.string().nullable(),
  }),
})

export const listJobsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/jobs',
  summary: 'List jobs, the newest first.',
  params: none,
  query: z.strictObject({
    ...pageQuery,
    owner: HiveAccount.optional(),
    phase: EncodingPhase.optional(),
    tier: EncoderKind.optional(),
    encoder: plainText(0, 64).optional(),
  }),
  body: noBody,
  reply: pageOf('jobs', JobView),
})

export const getJobRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/jobs/:id',
  summary: 'A job with what has become of it, tier by tier.',
  params: JobParams,
  body: noBody,
  reply: JobDetails,
})

export const cancelJobRoute = defineRoute({
  method: 'DELETE',
  path: '/api/encoding/jobs/:id',
  summary: 'Cancel a job of the account that is signed in.',
  params: JobParams,
  body: noBody,
  reply: JobView,
})

export const JobEventView = z.strictObject({
  sequence: z.int(),
  job: EncodingJobId,
  type: EncodingEventType,
  phase: EncodingPhase,
  fields: z.record(z.string(), z.unknown()),
  at: Moment,
})
export type JobEventView = z.infer<typeof JobEventView>

export const jobHistoryRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/jobs/:id/history',
  summary: 'Everything that happened to a job, in order.',
  params: JobParams,
  query: z.strictObject({
    after: wholeNumber(0).default(0),
    limit: wholeNumber(1, 500).default(100),
  }),
  body: noBody,
  reply: z.strictObject({ events: z.array(JobEventView).readonly() }),
})
