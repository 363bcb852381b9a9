import type { Message } from '@libp2p/gossipsub'
import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import { z } from 'zod'
import { envelopeLimitBytes } from '#protocol/envelope.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { topicName, topics } from '#protocol/topics.ts'
import { createRecentSet } from '../ipfs/recent-set.ts'
import type { Logger } from '../logger.ts'
import type { GossipMeter } from './gossip-meter.ts'
import type { Host } from './host.ts'
import type { MessageIdentity } from './message-identity.ts'
import { identityOf } from './message-identity.ts'
import type { RateLimitOptions } from './rate-limit.ts'
import { createRateLimit } from './rate-limit.ts'
import type { Finding, Validator } from './validators.ts'
import { verdicts } from './validators.ts'

export type GossipHandlers = { readonly [T in Topic]?: (message: TopicMessage<T>) => void }

export interface GossipBus {
  /** Sends a message to the mesh. Rejects with a RangeError for one that is too large for the network. */
  publish<T extends Topic>(topic: T, message: TopicMessage<T>): Promise<void>
}

type GossipDeps = {
  readonly host: Pick<Host, 'libp2p' | 'conduct'>
  readonly validators: { readonly [T in Topic]: Validator<T> }
  readonly handlers: GossipHandlers
  readonly meter: Pick<GossipMeter, 'judged' | 'sent'>
  readonly logger: Logger
  readonly now: () => number
}

export type GossipOptions = {
  readonly operationId: string
  /** What a peer may send or forward, whoever wrote it. */
  readonly senderRate: RateLimitOptions
  /** What an account may say. */
  readonly authorRate: RateLimitOptions
}

/** What every peer of the market allows others. */
export const gossipRates = {
  senderRate: { burst: 500, perSecond: 50, senders: 10_000 },
  authorRate: { burst: 100, perSecond: 5, senders: 10_000 },
} as const satisfies Pick<GossipOptions, 'senderRate' | 'authorRate'>

/** Messages remembered, so that one that is sent again is neither judged nor forwarded again. */
const heardLimit = 20_000

const results = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
} as const

/**
 * Joins the market's topics. A message is decoded and judged once, before it is forwarded; handlers get what was judged good.
 * A handler that throws is logged and hurts nobody: an exception in gossip's own listeners would end the process.
 */
export function createGossipBus(
  { host, validators, handlers, meter, logger, now }: GossipDeps,
  { operationId, senderRate, authorRate }: GossipOptions,
): GossipBus {
  const { pubsub } = host.libp2p.services
  const isSenderWithinRate = createRateLimit(now, senderRate)
  const isAuthorWithinRate = createRateLimit(now, authorRate)
  const heard = createRecentSet(heardLimit)

  const judge = async <T extends Topic>(
    topic: T,
    from: PeerId,
    data: Uint8Array,
  ): Promise<Finding> => {
    if (data.length > envelopeLimitBytes) return 'too-large'
    if (!isSenderWithinRate(from.toString())) {
      host.conduct.exceeded(from.toString())
      return 'too-many'
    }
    const message = decodeMessage(topic, data)
    if (!message) return 'malformed'
    const identity = identify(message)
    if (!identity) return 'no-operation-of-the-market'
    if (heard.has(identity.key)) return 'duplicate'
    const finding = await validators[topic](message)
    if (finding !== 'good') return finding
    // Another copy may have been judged meanwhile; and only what an account did sign counts against its rate.
    if (heard.has(identity.key)) return 'duplicate'
    if (!isAuthorWithinRate(identity.author)) return 'too-many'
    heard.add(identity.key)
    deliver(topic, message)
    return finding
  }

  const identify = (message: TopicMessage<Topic>): MessageIdentity | null => {
    try {
      return identityOf(message, operationId)
    } catch {
      return null
    }
  }

  const deliver = <T extends Topic>(topic: T, message: TopicMessage<T>): void => {
    try {
      handlers[topic]?.(message)
    } catch (error) {
      logger.error('gossip handler failed', { topic }, error)
    }
  }

  const join = (topic: Topic): void => {
    const name = topicName(operationId, topic)
    pubsub.topicValidators.set(name, async (from: PeerId, { data }: Message) => {
      const finding = await judge(topic, from, data).catch((error: unknown): Finding => {
        logger.warn('gossip not judged', { topic }, error)
        return 'cannot-be-checked'
      })
      meter.judged(topic, finding, data.length)
      if (finding !== 'good')
        logger.debug('gossip refused', { topic, finding, peer: from.toString() })
      return results[verdicts[finding]]
    })
    pubsub.subscribe(name)
  }

  for (const topic of Object.keys(topics) as Topic[]) join(topic)

  return {
    publish: async (topic, message) => {
      const data = new TextEncoder().encode(
        JSON.stringify(z.encode(topics[topic] as z.ZodType, message)),
      )
      if (data.length > envelopeLimitBytes)
        throw new RangeError(
          `a message of ${topic} has ${data.length} bytes, the limit is ${envelopeLimitBytes}`,
        )
      meter.sent(topic)
      const { recipients } = await pubsub.publish(topicName(operationId, topic), data)
      logger.debug('gossip sent', { topic, recipients: recipients.length })
    },
  }
}

function decodeMessage<T extends Topic>(topic: T, data: Uint8Array): TopicMessage<T> | null {
  try {
    const parsed = topics[topic].safeParse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data)),
    )
    return parsed.success ? (parsed.data as TopicMessage<T>) : null
  } catch {
    return null
  }
}
