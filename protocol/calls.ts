import { z } from 'zod'
import { Bid, SealedBid } from './bid.ts'
import { envelopeOf } from './envelope.ts'
import { Cid, JobId } from './ids.ts'
import { Progress } from './progress.ts'
import { SignedTransaction } from './transaction.ts'

const Acknowledged = z.strictObject({
  accepted: z.boolean(),
  reason: z.string().max(200).optional(),
})
export type Acknowledged = z.infer<typeof Acknowledged>

/** What a gateway does about a tree that it is asked to keep. Whoever asks again is told how far it is. */
const ReplicaAnswer = z.strictObject({
  state: z.enum(['kept', 'fetching', 'refused']),
  /** Why it does not keep the tree; `over` where the time is that such a tree is kept. */
  reason: z.enum(['full', 'unknown-delivery', 'not-creator', 'over']).optional(),
})
export type ReplicaAnswer = z.infer<typeof ReplicaAnswer>

/** Messages that must arrive go peer to peer as well and are acknowledged; gossip is only how peers find each other. */
export const calls = {
  /** Encoder to creator: a bid. */
  bid: { request: envelopeOf(Bid), response: Acknowledged },
  /** Encoder to creator: the seal of a bid that is told later. */
  seal: { request: envelopeOf(SealedBid), response: Acknowledged },
  /** Creator to encoder and arbiter: the award's transaction, before a block has it. */
  award: { request: z.strictObject({ transaction: SignedTransaction }), response: Acknowledged },
  /** Creator to gateway: keep what was delivered for this job of mine. Who asks is known by its peer, and the root by the chain. */
  replicate: { request: z.strictObject({ job: JobId, root: Cid }), response: ReplicaAnswer },
  /** Encoder to creator: how far it is. */
  progress: { request: envelopeOf(Progress), response: Acknowledged },
} as const
export type Verb = keyof typeof calls
export type CallRequest<V extends Verb> = z.infer<(typeof calls)[V]['request']>
export type CallResponse<V extends Verb> = z.infer<(typeof calls)[V]['response']>

/** Stream protocol of a verb. */
export function callProtocol(verb: Verb): string {
  return `/spk-encoder/${verb}/1`
}

/** Stream protocol by which blocks travel. */
export const blocksProtocol = '/spk-encoder/blocks/1'
