import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { Fault, Verdict } from '../attestation.ts'
import { Bid } from '../bid.ts'
import { EncodingJobId } from '../encoding-job.ts'
import { BlockHeight, BlockId, ChainTime, Cid, HiveAccount, JobId } from '../ids.ts'
import { Progress } from '../progress.ts'
import { defineRoute } from '../route.ts'
import { Cursor, noBody, none, pageOf, pageQuery, wholeNumber } from './paging.ts'

/** What the chain says. Whole numbers that may be larger than a float can hold travel as texts. */

export const StandingRole = z.enum(['encoder', 'creator', 'arbiter'])
export const Whole = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: String,
})

export const At = z.strictObject({ height: BlockHeight, block: BlockId, time: ChainTime })
export const Score = { score: z.number(), low: z.number(), high: z.number() }
const Point = z.strictObject({ height: BlockHeight, time: ChainTime, transaction: z.string() })
export const AccountParams = z.strictObject({ account: HiveAccount })

export const reputationRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/reputation/:account',
  summary: 'How an account stands in each role, from 0 to 1000, and what that is made of.',
  params: AccountParams,
  body: noBody,
  reply: z.strictObject({
    account: HiveAccount,
    at: At.nullable(),
    scores: z
      .array(
        z.strictObject({
          role: StandingRole,
          ...Score,
          /** Nano-HBD of good work and of faults, as they have faded by then. */
          credit: Whole,
          faults: Whole,
          deeds: z.int(),
          marks: z.record(z.string(), z.int()),
        }),
      )
      .readonly(),
  }),
})

export const evidenceRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/reputation/:account/evidence',
  summary: 'The jobs that a standing follows from, the newest first, with their transactions.',
  params: AccountParams,
  query: z.strictObject({ ...pageQuery, role: StandingRole.default('encoder') }),
  body: noBody,
  reply: pageOf(
    'evidence',
    z.strictObject({
      job: JobId,
      counterpart: HiveAccount.nullable(),
      at: Point,
      /** Micro-HBD, before they fade. */
      good: Whole,
      fault: Whole,
      marks: z.array(z.string()).readonly(),
      /** Each transaction that it follows from, and what that did. */
      links: z.array(z.strictObject({ what: z.string(), at: Point })).readonly(),
      /** The job's award, and what each side had in the end; null where it did not come to that. */
      price: MilliHbd.nullable(),
      toEncoder: MilliHbd.nullable(),
      toCreator: MilliHbd.nullable(),
      stars: z.int().nullable(),
      /** What those who checked the delivery said of it, the first first. */
      attestations: z
        .array(
          z.strictObject({
            by: HiveAccount,
            at: Point,
            verdict: Verdict,
            /** How many leaves were looked at, and what was found amiss. */
            leaves: z.int(),
            faults: z.array(z.string()).readonly(),
          }),
        )
        .readonly(),
      /** Who disputed it, and what the arbiter found; null in `verdict` where it said nothing. */
      dispute: z
        .strictObject({
          by: HiveAccount,
          at: Point,
          verdict: Verdict.nullable(),
          faults: z.array(z.string()).readonly(),
        })
        .nullable(),
    }),
  ),
})

export const accountsRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/accounts',
  summary:
    'Everybody in a role: the best standing first, or by name, or who was active last. `search` is what a name begins with.',
  params: none,
  query: z.strictObject({
    ...pageQuery,
    role: StandingRole.default('encoder'),
    sort: z.enum(['score', 'account', 'active']).default('score'),
    search: z
      .string()
      .regex(/^[a-z0-9.-]{1,16}$/, 'no name begins so')
      .optional(),
  }),
  body: noBody,
  reply: pageOf(
    'accounts',
    z.strictObject({
      account: HiveAccount,
      ...Score,
      deeds: z.int(),
      isRegistered: z.boolean(),
      /** All in which it stands. */
      roles: z.array(StandingRole).readonly(),
      /** When something last changed its record or its registration. */
      activeTime: ChainTime,
    }),
  ),
})

/** What the chain says of a job; `announced` while only its creator has said it, signed, by gossip. */
export const MarketJobPhase = z.enum([
  'announced',
  'offered',
  'cancelled',
  'awarded',
  'accepted',
  'delivered',
  'settled',
])

const marketJob = {
  job: JobId,
  creator: HiveAccount,
  phase: MarketJobPhase,
  ceiling: MilliHbd,
  deliverBy: ChainTime,
  /** Who was awarded the job, and for how much; null before. */
  encoder: HiveAccount.nullable(),
  price: MilliHbd.nullable(),
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

export const networkRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/network',
  summary: 'What escrows hold, what was paid day by day, and the median price of the last days.',
  params: none,
  query: z.strictObject({ days: wholeNumber(1, 365).default(30) }),
  body: noBody,
  reply: z.strictObject({
    at: At.nullable(),
    held: MilliHbd,
    days: z
      .array(
        z.strictObject({
          day: z.int(),
          acceptedJobs: z.int(),
          escrowed: MilliHbd,
          paid: MilliHbd,
          returned: MilliHbd,
        }),
      )
      .readonly(),
    medianPrice: MilliHbd.nullable(),
    medianPricePerMinute: MilliHbd.nullable(),
    /** Accounts that say they are there. */
    present: z.int(),
    /** Since the time of that block: irreversibility, about a minute, is part of it. */
    lagSeconds: z.int().nullable(),
    /** That this server is connected to. */
    peers: z.int(),
  }),
})
