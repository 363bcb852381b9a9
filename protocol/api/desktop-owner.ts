import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { HiveAccount } from '../ids.ts'
import { Stage } from '../progress.ts'
import { defineRoute } from '../route.ts'
import { AgentHealth, PairingCode } from './desktop.ts'
import { Quality } from './jobs.ts'
import { Moment } from './moment.ts'
import { noBody, none } from './paging.ts'

/** What the owner of a desktop agent may ask of it: by the token of the node's data directory, or from the agent's own page. */

/** What the agent, or somebody who has claimed it here, is at work on. */
const WorkView = z.strictObject({
  jobId: EncodingJobId,
  owner: HiveAccount,
  permlink: z.string(),
  qualities: z.array(z.string()).readonly(),
  /** Who encodes: the agent itself, or a page of this origin. */
  worker: z.string(),
  since: Moment,
  stage: Stage,
  /** Of the stage, and of everything: 0 to 100. */
  percent: z.number(),
  overall: z.number(),
  /** Seconds of video per second. */
  speed: z.number().nullable(),
  etaSeconds: z.int().nullable(),
})
export type WorkView = z.infer<typeof WorkView>

const EndedWork = z.strictObject({
  jobId: EncodingJobId,
  permlink: z.string(),
  outcome: z.enum(['completed', 'failed', 'given back', 'lost']),
  /** Why, in a sentence; null where there is nothing to say. */
  reason: z.string().nullable(),
  at: Moment,
})
export type EndedWork = z.infer<typeof EndedWork>

export const OwnerStatus = z.strictObject({
  health: AgentHealth,
  account: HiveAccount,
  /** Where jobs come from; null: from the node's own queue. */
  indexer: z.url().nullable(),
  isPaused: z.boolean(),
  /** Why it could take no job; null while it could. */
  obstacle: z.string().nullable(),
  work: WorkView.nullable(),
  /** The last ones, the newest first. */
  ended: z.array(EndedWork).readonly(),
  /** Jobs that wait in the node's own queue. */
  queued: z.int(),
  freeBytes: z.int(),
  /** Pages that ask to be paired. */
  pairings: z
    .array(z.strictObject({ code: PairingCode, origin: z.string(), expiresAt: Moment }))
    .readonly(),
  /** Pages that are. */
  sessions: z
    .array(z.strictObject({ id: z.string(), origin: z.string(), since: Moment }))
    .readonly(),
  /** The end of the log, the oldest line first. */
  log: z
    .array(
      z.strictObject({ at: Moment, level: z.enum(['info', 'warn', 'error']), text: z.string() }),
    )
    .readonly(),
})
export type OwnerStatus = z.infer<typeof OwnerStatus>

export const ownerStatusRoute = defineRoute({
  method: 'GET',
  path: '/owner/status',
  summary: 'Everything that the status page shows.',
  params: none,
  body: noBody,
  reply: OwnerStatus,
})

export const decidePairingRoute = defineRoute({
  method: 'POST',
  path: '/owner/pairings/:code',
  summary: 'Let the page in that shows this code, or refuse it.',
  params: z.strictObject({ code: PairingCode }),
  body: z.strictObject({ allow: z.boolean() }),
  reply: z.strictObject({ origin: z.string() }),
})

export const endSessionRoute = defineRoute({
  method: 'DELETE',
  path: '/owner/sessions/:id',
  summary: 'End a pairing.',
  params: z.strictObject({ id: z.string().max(64) }),
  body: noBody,
  reply: none,
})

export const pauseRoute = defineRoute({
  method: 'POST',
  path: '/owner/pause',
  summary: 'Take no further jobs, or take them again; what is at work goes on.',
  params: none,
  body: z.strictObject({ paused: z.boolean() }),
  reply: none,
})

export const openPageRoute = defineRoute({
  method: 'POST',
  path: '/owner/links',
  summary: 'Ask for an address that opens the status page, once.',
  params: none,
  body: z.strictObject({}).optional(),
  reply: z.strictObject({ url: z.url() }),
})

export const addFileRoute = defineRoute({
  method: 'POST',
  path: '/owner/files',
  summary: "Put a video of this machine into the node's own queue.",
  params: none,
  body: z.strictObject({
    /** Absolute. */
    path: z.string().min(1),
    permlink: z.string().min(1).max(255),
    qualities: z.array(Quality).min(1).max(3).optional(),
  }),
  reply: z.strictObject({ jobId: EncodingJobId }),
})

/** Exchanges the key of a link, which is then used up, for a token of the page. */
export const pageSessionRoute = defineRoute({
  method: 'POST',
  path: '/page/session',
  params: none,
  body: z.strictObject({ key: z.string().max(128) }),
  reply: z.strictObject({ token: z.string() }),
})
