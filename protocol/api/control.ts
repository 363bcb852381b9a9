import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { JobEvidence } from '../dispute.ts'
import { Signature } from '../envelope.ts'
import { PartRange } from '../grid.ts'
import {
  BlockHeight,
  ChainTime,
  HiveAccount,
  JobId,
  PeerId,
  Sha256Hex,
  TransactionId,
} from '../ids.ts'
import { Codec } from '../recipe.ts'
import { NodeRole } from '../registration.ts'
import { defineRoute } from '../route.ts'
import { Bidding, SelectionMode } from '../selection.ts'
import { UnsignedTransaction } from '../transaction.ts'
import { BidRecord } from './bid-record.ts'
import { BidView } from './bid-view.ts'

/** What a node's owner may ask of it. Bound to 127.0.0.1 and guarded by a token that only the owner's files hold. */

/** How one of a node's Hive endpoints does. */
export const EndpointHealth = z.strictObject({
  url: z.url(),
  /** The last block it calls irreversible; null before its first answer. */
  height: BlockHeight.nullable(),
  /** Milliseconds of its recent answers. */
  latencyMs: z.int().nonnegative(),
  /** Share of recent questions that it did not answer well. */
  failing: z.number().min(0).max(1),
  /** True while it is not asked, because it failed. */
  resting: z.boolean(),
})
export type EndpointHealth = z.infer<typeof EndpointHealth>

export const NodeStatus = z.strictObject({
  account: HiveAccount,
  peer: PeerId,
  roles: z.array(NodeRole),
  /** Last irreversible block this node has folded. */
  height: BlockHeight,
  /** Irreversible blocks it has not folded yet; null before it has reached the chain. */
  behind: z.int().nonnegative().nullable(),
  /**
   * Set while published checkpoints speak against this node's ledger, from the first height on that they do: it begins nothing
   * that moves money until they no longer do.
   */
  divergence: z
    .strictObject({
      height: BlockHeight,
      differing: z.array(HiveAccount).readonly(),
      agreeing: z.array(HiveAccount).readonly(),
    })
    .nullable(),
  /** The chain's endpoints, the preferred one first. */
  endpoints: z.array(EndpointHealth).readonly(),
  registered: z.boolean(),
  /** Why the node takes on nothing new; null while it does. */
  obstacle: z.string().nullable(),
  /** Accounts of connected peers, by role, as the registry names them. */
  encoders: z.array(HiveAccount),
  arbiters: z.array(HiveAccount),
  gateway: z.url(),
})
export type NodeStatus = z.infer<typeof NodeStatus>

export const PostJob = z.strictObject({
  /** Becomes the last part of the job's id: the same request sent again, after an answer was lost, is the same job. */
  reference: z.string().regex(/^[0-9a-f]{16}$/),
  /** Absolute path of the video on the node's machine. */
  path: z.string().min(1),
  /** The most the creator pays, the arbiter's fee not counted. Absent: the node's own ceiling for this ladder. */
  ceiling: MilliHbd.optional(),
  /** What the pictures are to be encoded in. Absent: the node's own choice. */
  codec: Codec.optional(),
  /** Who chooses among the bids. Absent: as the node was told. */
  selection: SelectionMode.optional(),
  /** How its bids come. Absent: as the node was told. */
  bidding: Bidding.optional(),
  /** Into how many ranges the video is sold, each a job of its own; `auto` goes by the encoders at hand. Absent: one job of all of it. */
  split: z.union([z.int().min(1).max(64), z.literal('auto')]).optional(),
})
export type PostJob = z.infer<typeof PostJob>

/** A transaction that waits for a key which the node does not hold, such as the active key of a creator that gave it only the posting key. */
export const AwaitedTransaction = z.strictObject({
  id: TransactionId,
  /** Signatures that come later are of no use: the node then makes the transaction anew. */
  expires: ChainTime,
  transaction: UnsignedTransaction,
  missing: z.array(z.strictObject({ account: HiveAccount, role: z.enum(['posting', 'active']) })),
  /** What it does, as a person reads it. */
  lines: z.array(z.string()),
})
export type AwaitedTransaction = z.infer<typeof AwaitedTransaction>

export const JobBids = z.strictObject({
  job: JobId,
  phase: z.string(),
  mode: SelectionMode,
  awarded: Sha256Hex.nullable(),
  /** Until when the owner may choose as things are; null where nothing is asked of him. */
  choiceUntil: ChainTime.nullable(),
  bids: z.array(BidView),
  /** What was signed, for anybody to check. */
  record: BidRecord,
})
export type JobBids = z.infer<typeof JobBids>

const none = z.strictObject({})

export const statusRoute = defineRoute({
  method: 'GET',
  path: '/control/status',
  params: none,
  body: z.undefined(),
  reply: NodeStatus,
})

export const postJobRoute = defineRoute({
  method: 'POST',
  path: '/control/jobs',
  params: none,
  body: PostJob,
  reply: z.strictObject({ job: JobId }),
})

/** A job of the creator's, as its node has it. */
export const PostedJob = z.strictObject({
  job: JobId,
  phase: z.string(),
  /** Milliseconds since 1970. */
  postedAt: z.int().nonnegative(),
  ceiling: MilliHbd,
  /** Whom it was awarded to, and for how much; null before that. */
  award: z.strictObject({ encoder: HiveAccount, price: MilliHbd }).nullable(),
  /** Why it came to nothing. */
  failure: z.string().nullable(),
  /** The job that was offered for the same video since; null where none was. */
  standIn: JobId.nullable(),
  /** What of a whole it is about; absent for a job of a whole video. */
  range: z.strictObject({ ...PartRange.shape, whole: JobId }).optional(),
  /** Of a video that is sold in ranges: how many of them are delivered and paid. */
  ranges: z.strictObject({ won: z.int(), of: z.int() }).optional(),
})
export type PostedJob = z.infer<typeof PostedJob>

/** The latest hundred, the newest first. */
export const listPostedRoute = defineRoute({
  method: 'GET',
  path: '/control/jobs',
  params: none,
  body: z.undefined(),
  reply: z.strictObject({ jobs: z.array(PostedJob).max(100) }),
})

/** What an encoder made of an offer it heard of. */
export const Consideration = z.strictObject({
  job: JobId,
  ceiling: MilliHbd,
  bidsUntil: ChainTime,
  /** What it bid; null where it made no bid. */
  price: MilliHbd.nullable(),
  /** What the price follows from, or why there is no bid. */
  reason: z.string(),
})
export type Consideration = z.infer<typeof Consideration>

/** Since the node's start, the latest last. */
export const consideredRoute = defineRoute({
  method: 'GET',
  path: '/control/offers',
  params: none,
  body: z.undefined(),
  reply: z.strictObject({ offers: z.array(Consideration) }),
})

const jobParams = z.strictObject({ job: JobId })

export const jobBidsRoute = defineRoute({
  method: 'GET',
  path: '/control/jobs/:job/bids',
  params: jobParams,
  body: z.undefined(),
  reply: JobBids,
})

/** The owner's choice, which is awarded at once. */
export const chooseBidRoute = defineRoute({
  method: 'POST',
  path: '/control/jobs/:job/choice',
  params: jobParams,
  body: z.strictObject({ bid: Sha256Hex }),
  reply: none,
})

/** The owner's word that the job's good work is to be paid for, where the node does not do so by itself. */
export const allowReleaseRoute = defineRoute({
  method: 'POST',
  path: '/control/jobs/:job/release',
  params: jobParams,
  body: none,
  reply: none,
})

/** Calls the arbiter of a job of the creator's, or says more to it: once, for everybody to read. */
export const disputeRoute = defineRoute({
  method: 'POST',
  path: '/control/jobs/:job/dispute',
  params: jobParams,
  body: JobEvidence.pick({ text: true, evidence: true }),
  reply: none,
})

export const awaitedRoute = defineRoute({
  method: 'GET',
  path: '/control/unsigned',
  params: none,
  body: z.undefined(),
  reply: z.array(AwaitedTransaction),
})

/** Brings the signatures that a transaction waits for, as a wallet gives them; what the node's own keys sign is added. */
export const signRoute = defineRoute({
  method: 'POST',
  path: '/control/unsigned/:id/signatures',
  params: z.strictObject({ id: TransactionId }),
  body: z.strictObject({ signatures: z.array(Signature).min(1).max(8) }),
  reply: none,
})

/** Server-sent events of one job: all past ones, then each new one, until the job ends. */
export const jobEventsPath = '/control/jobs/:job/events'

/** Server-sent events of the whole market as the node sees it: what it remembers, then each new one, until the reader leaves. */
export const marketEventsPath = '/control/market/events'

/** What came by one topic of gossip since the node started. */
export const TopicTraffic = z.strictObject({
  topic: z.string(),
  /** Messages by what was found of each: `good`, or why it was ignored or rejected. */
  findings: z.record(z.string(), z.int().nonnegative()),
  bytes: z.int().nonnegative(),
  /** Messages of the node's own. */
  sent: z.int().nonnegative(),
})
export type TopicTraffic = z.infer<typeof TopicTraffic>

export const gossipRoute = defineRoute({
  method: 'GET',
  path: '/control/gossip',
  params: none,
  body: z.undefined(),
  reply: z.strictObject({ topics: z.array(TopicTraffic) }),
})
