import { z } from 'zod'
import { EncodingJobId, FailureClass } from '../encoding-job.ts'
import { Cid, HiveAccount } from '../ids.ts'
import { Stage } from '../progress.ts'
import { defineRoute } from '../route.ts'
import { EncoderId } from './encoders.ts'
import { JobTerms, JobView } from './jobs.ts'
import { Moment } from './moment.ts'
import { none } from './paging.ts'
import { plainText } from './text.ts'
import { TierPlan } from './tier-plan.ts'

/** What an encoder shows with every call about a job that it has claimed. */
export const lease = {
  jobId: EncodingJobId,
  encoderId: EncoderId,
  /** As the claim gave it: an older one is of a lease that is gone. */
  fencingToken: z.int().min(1),
}

/** A job as an encoder gets it. */
const ClaimedJob = z.strictObject({
  ...lease,
  inputCid: Cid,
  owner: HiveAccount,
  permlink: z.string(),
  isShort: z.boolean(),
  qualities: z.array(z.string()).readonly(),
  /** Every call about the job renews it. */
  leaseExpiresAt: Moment,
})

const Renewed = z.strictObject({ leaseExpiresAt: Moment })

export const claimRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/claim',
  summary: 'Claim the next job for an encoder of the account that is signed in.',
  params: none,
  body: z.strictObject({ encoderId: EncoderId }),
  reply: z.strictObject({ job: ClaimedJob.nullable() }),
})

export const progressRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/progress',
  summary: 'Say how far a claimed job is; renews the lease.',
  params: none,
  body: z.strictObject({
    ...lease,
    stage: Stage,
    progress: z.number().min(0).max(100),
    details: plainText(0, 500).optional(),
  }),
  reply: Renewed,
})

export const renewRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/renew',
  summary: 'Keep a claimed job without news of it.',
  params: none,
  body: z.strictObject(lease),
  reply: Renewed,
})

export const releaseRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/release',
  summary: 'Give a claimed job back unharmed, as at a shutdown.',
  params: none,
  body: z.strictObject({ ...lease, reason: plainText(1, 500) }),
  reply: JobView,
})

export const completeRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/complete',
  summary: 'Say that a claimed job is done, and where its tree is.',
  params: none,
  body: z.strictObject({
    ...lease,
    outputCid: Cid,
    manifestPath: plainText(1, 255),
    qualities: z.array(plainText(0, 8)).min(1).max(8),
    processingTimeSec: z.number().min(0).max(10_000_000),
    outputSizeBytes: z.int().min(0),
  }),
  reply: JobView,
})

export const failRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/fail',
  summary: 'Say that a claimed job could not be done.',
  params: none,
  body: z.strictObject({
    ...lease,
    error: plainText(1, 2_000),
    retryable: z.boolean(),
    /** Why, by its kind; absent: by `retryable` alone. */
    class: FailureClass.optional(),
  }),
  reply: JobView,
})

/** What a page learns of a desktop agent of its user. */
export const checkAgentRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/check-agent',
  summary:
    'Whether a desktop agent of the account that is signed in was heard of lately, and where its next job would go.',
  params: none,
  /** Of a job that is about to be submitted; what is left out is as the account's settings say. */
  body: JobTerms.optional(),
  reply: z.strictObject({
    available: z.boolean(),
    busy: z.boolean(),
    encoderId: EncoderId.nullable(),
    lastSeenAt: Moment.nullable(),
    /** Where the page itself finds the agent on its user's machine. */
    localUrl: z.url(),
    /** Where such a job would go as things are now, and why. */
    plan: TierPlan,
  }),
})
