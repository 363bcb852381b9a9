import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Fault, Verdict } from './attestation.ts'
import { PartRange } from './grid.ts'
import { BlockHeight, ChainTime, Cid, EscrowId, HiveAccount, JobId, TransactionId } from './ids.ts'
import { JobReport } from './job-report.ts'
import { Ladder } from './ladder.ts'
import { Stage } from './progress.ts'
import { SelectionMode } from './selection.ts'

const event = <T extends string, Fields extends z.ZodRawShape>(type: T, fields: Fields) =>
  z.strictObject({ type: z.literal(type), job: JobId, at: z.int().nonnegative(), ...fields })

/** A range of a video, and the job that it is offered as. */
const RangeJob = z.strictObject({ ...PartRange.shape, rangeJob: JobId })

/** Everything a creator's node tells about a job while it runs, in the order in which it happened. `at` is milliseconds since 1970. */
export const JobEvent = z.discriminatedUnion('type', [
  event('source-published', {
    source: Cid,
    bytes: z.int(),
    width: z.int(),
    height: z.int(),
    seconds: z.number(),
    ladder: Ladder,
  }),
  event('offer-signed', {
    transaction: TransactionId,
    ceiling: MilliHbd,
    bidsUntil: ChainTime,
    deliverBy: ChainTime,
  }),
  event('offer-confirmed', { block: BlockHeight }),
  event('bid-received', {
    encoder: HiveAccount,
    price: MilliHbd,
    speed: z.int(),
    readyBy: ChainTime,
    /** Why this bid cannot win, absent for an eligible one. */
    excluded: z.string().optional(),
  }),
  /** An encoder has bid, and nobody can read yet what. */
  event('bid-sealed', { encoder: HiveAccount }),
  /** The owner is to choose; until then the proposal waits, and where the mode is `ask` it is awarded at that time. */
  event('choice-wanted', {
    mode: SelectionMode.exclude(['automatic']),
    encoder: HiveAccount,
    price: MilliHbd,
    until: ChainTime,
  }),
  event('award-signed', {
    transaction: TransactionId,
    encoder: HiveAccount,
    arbiter: HiveAccount,
    price: MilliHbd,
    fee: MilliHbd,
    escrow: EscrowId,
  }),
  event('award-confirmed', { block: BlockHeight }),
  event('escrow-approved', { by: HiveAccount, block: BlockHeight }),
  event('progress', {
    encoder: HiveAccount,
    stage: Stage,
    percent: z.number(),
    speed: z.number().optional(),
    etaSeconds: z.int().optional(),
    /** Finished so far and here: this node's gateway has it under `/jobs/<job>/master.m3u8`. */
    preview: Cid.optional(),
  }),
  /** Nothing was heard of the encoder for some beats; it keeps its award. `since` is milliseconds since 1970. */
  event('encoder-silent', { encoder: HiveAccount, since: z.int().nonnegative() }),
  event('encoder-heard', { encoder: HiveAccount }),
  /** Another job was offered for the same video, because this one's encoder failed or was lost. */
  event('stand-in-offered', { by: JobId, without: HiveAccount }),
  event('delivered', { root: Cid, bytes: z.int(), block: BlockHeight }),
  event('check-progress', {
    stage: z.enum(['fetching', 'structure', 'awaiting-seed', 'challenge']),
    percent: z.number(),
  }),
  event('checked', {
    verdict: Verdict,
    leaves: z.int(),
    challenged: z.int(),
    faults: z.array(Fault).readonly(),
  }),
  /** Who keeps the whole tree before it is paid for, this node included, of as many as its owner wants. */
  event('replicated', { wanted: z.int().positive(), kept: z.array(HiveAccount).readonly() }),
  /** The work is good, and costs more than is paid without the owner's word; after that time its encoder calls the arbiter. */
  event('release-wanted', { encoder: HiveAccount, amount: MilliHbd, until: ChainTime }),
  event('settlement-signed', { transaction: TransactionId, stars: z.int().optional() }),
  event('paid', { encoder: HiveAccount, amount: MilliHbd, block: BlockHeight }),
  event('rated', { encoder: HiveAccount, stars: z.int(), block: BlockHeight }),
  event('refunded', { amount: MilliHbd, block: BlockHeight, reason: z.string() }),
  event('disputed', { by: HiveAccount, block: BlockHeight }),
  event('finished', { report: JobReport }),
  /** Of a video that is sold in ranges: each with the job it is first offered as, whose own events tell the rest. */
  event('split', { ranges: z.array(RangeJob).min(2).readonly() }),
  /** How far the encoder of a range is. */
  event('range-progress', {
    ...RangeJob.shape,
    encoder: HiveAccount,
    stage: Stage,
    percent: z.number(),
  }),
  /** A range is offered once more: its job failed, or is too slow. */
  event('range-offered', {
    ...RangeJob.shape,
    because: z.enum(['failed', 'slow']),
    reason: z.string(),
  }),
  event('range-won', { ...RangeJob.shape, encoder: HiveAccount, paid: MilliHbd, root: Cid }),
  /** The ranges are one tree: the whole, as one encoder would have made it. */
  event('merged', {
    root: Cid,
    ranges: z.int(),
    encoders: z.int(),
    paid: MilliHbd,
    /** From the posting on. */
    milliseconds: z.int().nonnegative(),
  }),
  event('failed', { code: z.string(), message: z.string() }),
])
export type JobEvent = z.infer<typeof JobEvent>
