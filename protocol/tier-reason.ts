import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { EncodingJobId } from './encoding-job.ts'
import { EscrowId, HiveAccount, JobId } from './ids.ts'
import { HiveOperation } from './transaction.ts'

const reason = <T extends string, Fields extends z.ZodRawShape>(type: T, fields: Fields) =>
  z.strictObject({ type: z.literal(type), ...fields })

/** A moment as text: reasons are kept and sent as they are. */
const At = z.iso.datetime()
const Seconds = z.number().nonnegative()
const encoder = z.string().max(64)

/** The bid that would win if nothing else came. */
const bid = { encoder: HiveAccount, price: MilliHbd }

/** Why a tier cannot take a job, waits for somebody, or was left: whatever an owner may ask about the way of a job. */
export const TierReason = z.discriminatedUnion('type', [
  // What the job itself rules out.
  reason('length-unknown', { limitSeconds: Seconds }),
  reason('too-long', { seconds: Seconds, limitSeconds: Seconds }),
  reason('rendition-not-wanted', { rendition: z.string() }),
  reason('no-budget', {}),

  // The owner's own encoders: agent and browser.
  /** None was ever registered. */
  reason('no-encoder', {}),
  /** Not heard of any more. */
  reason('silent', { encoder, lastSeenAt: At }),
  reason('ready', { encoder }),
  reason('busy', { encoder, job: EncodingJobId.nullable() }),
  /** There, and took nothing for as long as the owner would wait. */
  reason('not-taken', { encoder, waitedSeconds: Seconds, limitSeconds: Seconds }),

  // The community.
  /** The market knows of no such offer yet: who has to sign one, and by which id. */
  reason('offer-wanted', { marketJob: JobId, signer: HiveAccount, role: z.literal('posting') }),
  reason('not-offered', { waitedSeconds: Seconds, limitSeconds: Seconds }),
  reason('awaiting-bids', { marketJob: JobId, bids: z.int() }),
  reason('no-bids', { waitedSeconds: Seconds, limitSeconds: Seconds }),
  /** None of them can win: each too dear, too late, or of nobody who is registered. */
  reason('no-fitting-bid', { bids: z.int(), why: z.string() }),
  reason('best-bid', {
    ...bid,
    bids: z.int(),
    /** Of the encoder, 0 to 1000. */
    score: z.number(),
    /** Times real time, as it says. */
    speed: z.number(),
  }),
  /** What the owner's wallet has to sign with the active key, until when. */
  reason('signature-wanted', {
    ...bid,
    marketJob: JobId,
    signer: HiveAccount,
    role: z.literal('active'),
    fee: MilliHbd,
    /** Follows from the offer and how often it was awarded: two signatures fund one escrow. */
    escrow: EscrowId,
    arbiter: HiveAccount,
    operations: z.array(HiveOperation).readonly(),
    until: At,
    /** True where the owner's limit lets a node of theirs sign by itself. */
    isAutomatic: z.boolean(),
  }),
  reason('not-signed', bid),
  reason('awarded', bid),
  /** The offer on the chain is over without a result. */
  reason('offer-over', { phase: z.string() }),
])
export type TierReason = z.infer<typeof TierReason>
export type TierReasonIn<T extends TierReason['type']> = Extract<TierReason, { readonly type: T }>
