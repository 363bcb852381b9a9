import type { LiveMarket } from '#market/ports/live-market.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { SealedBid } from '#protocol/bid.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { announcedOperation } from './p2p/announcement.ts'
import type { GossipHandlers } from './p2p/gossip-bus.ts'

/** Who keeps what is said, for whoever looks at the market. */
export type LiveKeeping = {
  readonly live: LiveMarket
  readonly keepSeal: (seal: SealedBid) => Promise<void>
}

/** Keeps what is gossiped for whoever looks at the market; for nobody, nothing. */
export function liveWords(keeping: LiveKeeping | null, operationId: string): GossipHandlers {
  if (!keeping) return {}
  const { live, keepSeal } = keeping
  return {
    offers: ({ transaction }) => {
      const operation = announcedOperation(transaction, operationId)
      if (operation?.t === 'job.offer') void live.keepOffer(operation)
    },
    bids: ({ body }) => void live.keepBid(body),
    seals: ({ body }) => void keepSeal(body),
    progress: ({ body }) => void live.keepProgress(body),
    presence: ({ body }) => void live.keepPresence(body),
  }
}

/** A network whose own words are heard here too: gossip brings nobody back what it said itself. */
export function hearingItself(network: MarketNetwork, words: GossipHandlers): MarketNetwork {
  return {
    ...network,
    publish: async (topic, message) => {
      hear(words, topic, message)
      await network.publish(topic, message)
    },
  }
}

function hear<T extends Topic>(words: GossipHandlers, topic: T, message: TopicMessage<T>): void {
  words[topic]?.(message)
}
