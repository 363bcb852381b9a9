import type { LiveMarket } from '#market/ports/live-market.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { announcedOperation } from './p2p/announcement.ts'
import type { GossipHandlers } from './p2p/gossip-bus.ts'

/** Keeps what is gossiped for whoever looks at the market; for nobody, nothing. */
export function liveWords(live: LiveMarket | null, operationId: string): GossipHandlers {
  if (!live) return {}
  return {
    offers: ({ transaction }) => {
      const operation = announcedOperation(transaction, operationId)
      if (operation?.t === 'job.offer') void live.keepOffer(operation)
    },
    bids: ({ body }) => void live.keepBid(body),
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
