import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { Fault, Verdict } from '../attestation.ts'
import { Bid } from '../bid.ts'
import { Statement } from '../dispute.ts'
import { EncodingJobId } from '../encoding-job.ts'
import { BlockHeight, ChainTime, Cid, HiveAccount, JobId } from '../ids.ts'
import { Progress } from '../progress.ts'
import { defineRoute } from '../route.ts'
import { SettlingAct } from './community.ts'
import { MarketJobPhase } from './market-phase.ts'
import { Cursor, noBody, none, pageQuery } from './paging.ts'
import { RangeOfWhole } from './wholes.ts'

const marketJob = {
  job: JobId,
  creator: HiveAccount,
  phase: MarketJobPhase,
  ceiling: MilliHbd,
  deliverBy: ChainTime,
  /** Who was awarded the job, and for how much; null before. */
  encoder: HiveAccount.nullable(),
  price: MilliHbd.nullable(),
  /** What of a whole video it is about; null for a job of all of it. */
  range: RangeOfWhole.nullable(),
}

export const marketJobsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/market/jobs',
  summary:
    'Jobs of the market, the newest offer first, with how many live bids each has. The first page has the offers too that no block has yet.',
  params: none,
  query: z.strictObject({
    ...pageQuery,
    creator: HiveAccount.optional(),
    encoder: HiveAccount.optional(),
    phase: MarketJobPhase.exclude(['announced']).optional(),
  }),
  body: noBody,
  reply: z.strictObject({
    announced: z.array(z.strictObject({ ...marketJob, bids: z.int() })).readonly(),
    jobs: z.array(z.strictObject({ ...marketJob, bids: z.int() })).readonly(),
    next: Cursor.nullable(),
  }),
})

export const marketJobRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/market/jobs/:job',
  summary:
    'The life of a job: its phase and every step on the chain, with transactions and money; and what gossip says of it now.',
  params: z.strictObject({ job: JobId }),
  body: noBody,
  reply: z.strictObject({
    ...marketJob,
    /** The same job in the queue, where it came from there. */
    queueJob: EncodingJobId.nullable(),
    /** The tree that was delivered. */
    root: Cid.nullable(),
    /** Who decides where the sides do not agree; null before the award. */
    arbiter: HiveAccount.nullable(),
    /** What was found of the delivery, by whom; with the faults that a dispute is about. */
    attestations: z
      .array(
        z.strictObject({
          by: HiveAccount,
          time: ChainTime,
          transaction: z.string(),
          verdict: Verdict,
          faults: z.array(Fault).readonly(),
        }),
      )
      .readonly(),
    ruling: z
      .strictObject({
        verdict: Verdict,
        toEncoder: MilliHbd,
        toCreator: MilliHbd,
        faults: z.array(Fault).readonly(),
        evidence: Cid.nullable(),
      })
      .nullable(),
    /** Who called the arbiter, and what the parties have to say of it, the first first; null for a job that nobody disputed. */
    dispute: z
      .strictObject({
        by: HiveAccount,
        time: ChainTime,
        transaction: z.string(),
        evidence: z
          .array(
            z.strictObject({
              by: HiveAccount,
              time: ChainTime,
              transaction: z.string(),
              text: Statement,
              evidence: Cid.nullable(),
            }),
          )
          .readonly(),
      })
      .nullable(),
    /** What each party may do about it now, with its wallet. */
    acts: z.array(z.strictObject({ by: HiveAccount, act: SettlingAct })).readonly(),
    /** Live bids, the cheapest first; firm, and nothing but words. */
    bids: z.array(Bid).readonly(),
    /** What its encoder says lately of how far it is. */
    progress: Progress.nullable(),
    events: z
      .array(
        z.strictObject({
          sequence: z.int(),
          height: BlockHeight,
          time: ChainTime,
          transaction: z.string(),
          type: z.string(),
          actor: HiveAccount.nullable(),
          receiver: HiveAccount.nullable(),
          amount: MilliHbd.nullable(),
        }),
      )
      .readonly(),
  }),
})
