import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { EncoderKind, EncodingJobId, EncodingPhase } from '../encoding-job.ts'
import { HiveAccount, JobId } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { MarketJobPhase } from './market-phase.ts'
import { Moment } from './moment.ts'
import { noBody, none, pageOf, pageQuery } from './paging.ts'
import { plainText } from './text.ts'
import { RangeOfWhole } from './wholes.ts'

/** What has become of a job, whether the queue has it, the chain, or both. */
const jobStates = ['waiting', 'working', 'done', 'failed', 'cancelled', 'expired'] as const
export const JobState = z.enum(jobStates)
export type JobState = z.infer<typeof JobState>

/** What a phase of the queue is called in the list. */
export const stateOfQueue: Readonly<Record<EncodingPhase, JobState>> = {
  ...{ queued: 'waiting', leased: 'working', completed: 'done' },
  ...{ failed: 'failed', cancelled: 'cancelled', expired: 'expired' },
}

/** Where a job is told of: one that the queue offered on the chain is one job, under the queue's name for it. */
const AnyJobId = z.union([EncodingJobId, JobId])

/** A job as a list shows it. */
export const AnyJob = z.strictObject({
  id: AnyJobId,
  /** Its name on the chain, or in gossip for one that no block has yet; null for one that was never offered. */
  marketJob: JobId.nullable(),
  owner: HiveAccount,
  /** As its owner calls it; null for one that only the chain knows. */
  permlink: z.string().nullable(),
  tier: EncoderKind,
  state: JobState,
  /** The same more exactly. */
  phase: z.union([EncodingPhase, MarketJobPhase]),
  /** 0 to 100; null where nobody says. */
  progress: z.int().nullable(),
  /** Who has it or had it: `@account` on the chain, else the id of an encoder. */
  encoder: z.string().nullable(),
  /** What was paid, or else agreed. */
  price: MilliHbd.nullable(),
  /** The most that its owner pays; null for one that nobody is paid for. */
  ceiling: MilliHbd.nullable(),
  /** What of a whole video it is about; null for a job of all of it. */
  range: RangeOfWhole.nullable(),
  createdAt: Moment,
})
export type AnyJob = z.infer<typeof AnyJob>

export const allJobsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/all-jobs',
  summary:
    'Jobs of the queue and of the market in one list, the newest first; the first page begins with offers that no block has yet.',
  params: none,
  query: z.strictObject({
    ...pageQuery,
    state: JobState.optional(),
    tier: EncoderKind.optional(),
    owner: HiveAccount.optional(),
    encoder: plainText(1, 64).optional(),
  }),
  body: noBody,
  reply: pageOf('jobs', AnyJob),
})
