import type { GossipSub } from '@libp2p/gossipsub'
import { gossipsub, StrictSign, TopicValidatorResult } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { sha256 } from '@noble/hashes/sha2.js'
import { createLibp2p } from 'libp2p'
import { utf8 } from '#protocol/canonical.ts'
import type { Cid, Multiaddr } from '#protocol/ids.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { topicName, topicNames, topics } from '#protocol/topics.ts'
import type { Heard } from './heard.ts'
import { hear, nothingHeard } from './heard.ts'
import type { FetchedTree } from './tab-blocks.ts'
import { fetchTree } from './tab-blocks.ts'

/** A peer of the market in this tab. */
export type TabPeer = {
  readonly id: string
  /** Brings everything below an id from the peer it is joined by, and checks each block against its id. */
  fetch(root: Cid, signal: AbortSignal): Promise<FetchedTree>
  leave(): Promise<void>
}

export type TabPeerOptions = {
  readonly operationId: string
  readonly addresses: readonly Multiaddr[]
  readonly onHeard: (heard: Heard) => void
  /** Told when the connection is gone, unless the tab itself has left. */
  readonly onLost: () => void
  readonly signal: AbortSignal
}

/** As long as the nodes' own: a longer frame would cut the tab off from them. */
const frameLimitBytes = 1024 * 1024

/**
 * Joins the market's gossip as a peer with a new identity: dials one node, subscribes to all topics, and keeps what parses. Signatures are
 * not checked here, as the keys of accounts are on the chain: the node judges before it hands on, and the tab hands on nothing.
 */
export async function joinMarket({
  operationId,
  addresses,
  onHeard,
  onLost,
  signal,
}: TabPeerOptions): Promise<TabPeer> {
  const libp2p = await createLibp2p({
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // The page's security policy says which addresses are allowed, and those of one's own machine may be among them.
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictSign,
        fallbackToFloodsub: false,
        allowedTopics: topicNames(operationId),
        maxInboundDataLength: frameLimitBytes,
        // As nodes have it, so that what they say they have is known by the same name.
        msgIdFn: ({ topic, data }) =>
          sha256
            .create()
            .update(utf8(`${topic}\n`))
            .update(data)
            .digest(),
      }),
    },
  })
  try {
    listen(libp2p.services.pubsub, operationId, onHeard)
    const { remotePeer } = await libp2p.dial(
      addresses.map((address) => multiaddr(address)),
      { signal },
    )
    libp2p.addEventListener('peer:disconnect', onLost)
    return {
      id: libp2p.peerId.toString(),
      fetch: (root, within) => fetchTree(libp2p, remotePeer, root, within),
      leave: async () => {
        libp2p.removeEventListener('peer:disconnect', onLost)
        await libp2p.stop()
      },
    }
  } catch (error) {
    await libp2p.stop()
    throw error
  }
}

function listen(pubsub: GossipSub, operationId: string, onHeard: (heard: Heard) => void): void {
  let heard = nothingHeard
  for (const topic of Object.keys(topics) as Topic[]) {
    const name = topicName(operationId, topic)
    pubsub.topicValidators.set(name, (_, { data }) => {
      const message = decode(topic, data)
      if (!message) return TopicValidatorResult.Reject
      heard = hear(heard, message, operationId)
      onHeard(heard)
      return TopicValidatorResult.Ignore
    })
    pubsub.subscribe(name)
  }
}

function decode(topic: Topic, data: Uint8Array): TopicMessage<Topic> | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data)
    return topics[topic].safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
