import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { Signature } from '../envelope.ts'
import { Cid, HiveAccount } from '../ids.ts'
import { Stage } from '../progress.ts'
import { defineRoute } from '../route.ts'
import { Quality } from './jobs.ts'
import { Moment } from './moment.ts'
import { noBody, none } from './paging.ts'

/**
 * A desktop agent, as pages and programs of its own machine meet it: on 127.0.0.1, at this port where it is free. Nobody is answered
 * but the origins that its owner names; of those, a page learns and starts nothing before it is paired.
 */
export const desktopAgentPort = 3002

/** Says for whom a job is claimed: the account of the node. */
export const hiveUserHeader = 'x-hive-user'

/** What the agent encodes with: the interface that has proven itself on this machine. */
const AgentHwAccel = z.enum(['nvenc', 'vaapi', 'qsv', 'none'])

export const AgentHealth = z.strictObject({
  /** `offline` where it could take no job: paused, stopping, or out of reach of its queue. */
  status: z.enum(['ready', 'busy', 'offline']),
  version: z.string(),
  hwAccel: AgentHwAccel,
  jobsInProgress: z.int().min(0),
  /** True while blocks go to and fro: an exchange with somebody has come to its end lately. */
  ipfsConnected: z.boolean(),
})
export type AgentHealth = z.infer<typeof AgentHealth>

export const agentHealthRoute = defineRoute({
  method: 'GET',
  path: '/health',
  summary: 'How the agent does.',
  params: none,
  body: noBody,
  reply: AgentHealth,
})

export const AgentJob = z.strictObject({
  jobId: EncodingJobId,
  inputCid: Cid,
  owner: HiveAccount,
  permlink: z.string(),
  isShort: z.boolean(),
  qualities: z.array(z.string()).readonly(),
})
export type AgentJob = z.infer<typeof AgentJob>

/**
 * Claims the next job of the account's queue. The agent holds the lease, and works on the job itself unless whoever has claimed it says that it
 * is at work: its first report takes the work over, and where it falls silent the agent goes on.
 */
export const claimHereRoute = defineRoute({
  method: 'POST',
  path: '/claim',
  summary: 'Claim the next job of the account that X-Hive-User names.',
  params: none,
  body: z.strictObject({}).optional(),
  reply: AgentJob,
})

export const progressHereRoute = defineRoute({
  method: 'POST',
  path: '/progress',
  summary: 'Say how far a job is that was claimed here; takes the work over from the agent.',
  params: none,
  body: z.strictObject({
    jobId: EncodingJobId,
    stage: Stage,
    progress: z.number().min(0).max(100),
    details: z.string().max(500).optional(),
  }),
  reply: none,
})

export const completeHereRoute = defineRoute({
  method: 'POST',
  path: '/complete',
  summary: 'Say that a job that was claimed here is done, and where its tree is.',
  params: none,
  body: z.strictObject({
    jobId: EncodingJobId,
    outputCid: Cid,
    manifestPath: z.string().min(1).max(255),
    qualities: z.array(z.string().max(8)).min(1).max(8),
    processingTimeSec: z.number().min(0).max(10_000_000),
    outputSizeBytes: z.int().min(0),
  }),
  reply: none,
})

export const failHereRoute = defineRoute({
  method: 'POST',
  path: '/fail',
  summary: 'Say that a job that was claimed here could not be done.',
  params: none,
  body: z.strictObject({
    jobId: EncodingJobId,
    error: z.string().min(1).max(2_000),
    retryable: z.boolean(),
  }),
  reply: none,
})

/** What a page shows and the owner compares: no letter of it is easily taken for another. */
export const PairingCode = z.string().regex(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/, 'not a code')
export type PairingCode = z.infer<typeof PairingCode>

const Secret = z.string().regex(/^[0-9a-f]{64}$/)

export const askPairingRoute = defineRoute({
  method: 'POST',
  path: '/pairing',
  summary: 'Ask to be paired: the page shows the code, and the owner confirms it on the machine.',
  params: none,
  body: z.strictObject({}).optional(),
  reply: z.strictObject({
    code: PairingCode,
    /** Known to this page only: with it the answer is fetched. */
    ticket: Secret,
    expiresAt: Moment,
  }),
})

export const pairingAnswerRoute = defineRoute({
  method: 'POST',
  path: '/pairing/answer',
  summary: 'Ask what the owner says. A token is given once.',
  params: none,
  body: z.strictObject({ ticket: Secret }),
  reply: z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('waiting') }),
    z.strictObject({ status: z.literal('refused') }),
    z.strictObject({
      status: z.literal('paired'),
      /** For `Authorization: Bearer <token>`; good for this origin only. */
      token: Secret,
      expiresAt: Moment,
    }),
  ]),
})

export const pairingChallengeRoute = defineRoute({
  method: 'POST',
  path: '/pairing/challenge',
  summary:
    "Ask for a text that pairs the page when the posting key of the node's account signs it.",
  params: none,
  body: z.strictObject({}).optional(),
  reply: z.strictObject({ nonce: Secret, text: z.string(), expiresAt: Moment }),
})

export const pairBySignatureRoute = defineRoute({
  method: 'POST',
  path: '/pairing/signature',
  summary: 'Pair by the signature of such a text, as Keychain makes it.',
  params: none,
  body: z.strictObject({ account: HiveAccount, nonce: Secret, signature: Signature }),
  reply: z.strictObject({ token: Secret, expiresAt: Moment }),
})

/** The queue of a node that has no indexer: what its owner, or a page that is paired, puts into it. */
export const queueHereRoute = defineRoute({
  method: 'POST',
  path: '/jobs',
  summary: "Put a job into the node's own queue.",
  params: none,
  body: z.strictObject({
    /** The caller's choice: the same job sent again is the same job. */
    id: EncodingJobId.optional(),
    permlink: z.string().min(1).max(255),
    inputCid: Cid,
    /** Absent: all that the video can be had in. */
    qualities: z.array(Quality).min(1).max(3).optional(),
  }),
  reply: z.strictObject({ jobId: EncodingJobId }),
})

export const LocalJob = z.strictObject({
  ...AgentJob.omit({ isShort: true }).shape,
  phase: z.enum(['queued', 'leased', 'completed', 'failed']),
  attempts: z.int(),
  error: z.string().nullable(),
  outputCid: Cid.nullable(),
  createdAt: Moment,
})
export type LocalJob = z.infer<typeof LocalJob>

export const jobHereRoute = defineRoute({
  method: 'GET',
  path: '/jobs/:id',
  summary: "What has become of a job of the node's own queue.",
  params: z.strictObject({ id: EncodingJobId }),
  body: noBody,
  reply: LocalJob,
})
