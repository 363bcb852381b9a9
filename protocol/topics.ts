import { z } from 'zod'
import { Bid, SealedBid } from './bid.ts'
import { envelopeOf } from './envelope.ts'
import { ChainTime } from './ids.ts'
import { Presence } from './presence.ts'
import { Progress } from './progress.ts'
import { SignedTransaction } from './transaction.ts'

/**
 * An offer or award as its creator signed it, gossiped before a block has it.
 * `announcedAt` changes with each repetition: gossip forwards a text once only.
 */
export const Announcement = z.strictObject({
  v: z.literal(1),
  type: z.literal('announcement'),
  announcedAt: ChainTime,
  transaction: SignedTransaction,
})
export type Announcement = z.infer<typeof Announcement>

/** What each gossip topic carries: names, decoding and handler types all come from this map. */
export const topics = {
  offers: Announcement,
  bids: envelopeOf(Bid),
  seals: envelopeOf(SealedBid),
  presence: envelopeOf(Presence),
  progress: envelopeOf(Progress),
} as const
export type Topic = keyof typeof topics
export type TopicMessage<T extends Topic> = z.infer<(typeof topics)[T]>

/** The gossip topic of a network, which its custom_json id names. */
export function topicName(operationId: string, topic: Topic): string {
  return `/${operationId}/${topic}/1`
}

/** All gossip topics of a network. */
export function topicNames(operationId: string): string[] {
  return (Object.keys(topics) as Topic[]).map((topic) => topicName(operationId, topic))
}
