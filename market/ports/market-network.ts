import type { CallRequest, CallResponse, Verb } from '#protocol/calls.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'

/** Other nodes of the market. Whatever is heard was checked for form and signature; nothing heard is proof of money. */
export interface MarketNetwork {
  /** Gossips a message. Resolves when it was handed to the mesh: that is not delivery. */
  publish<T extends Topic>(topic: T, message: TopicMessage<T>): Promise<void>
  /** Sends a message to one account's node and awaits its answer. Rejects with `peer-unreachable`. */
  call<V extends Verb>(
    account: HiveAccount,
    verb: V,
    request: CallRequest<V>,
  ): Promise<CallResponse<V>>
  /** True while the account's registered peer is connected. */
  isConnected(account: HiveAccount): boolean
  /** Jobs that a connected account says it would take besides those it has; null where it has not said. */
  freeSlots(account: HiveAccount): number | null
  /** Since when it has said that it has no slot left; null where it has one, or has not said. */
  fullSince(account: HiveAccount): ChainTime | null
}

/** Signs messages off the chain. */
export interface EnvelopeSigner {
  readonly account: HiveAccount
  /** Rejects with `signature-refused`. */
  seal<Body extends EnvelopeBody>(body: Body): Promise<Envelope<Body>>
}
