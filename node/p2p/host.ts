import { hash } from 'node:crypto'
import { join } from 'node:path'
import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import type { GossipSub } from '@libp2p/gossipsub'
import { gossipsub, StrictSign } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { Libp2p, ServiceMap } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { LevelDatastore } from 'datastore-level'
import { createHeliaLight } from 'helia'
import type { Blockstore } from 'interface-blockstore'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { topicNames } from '#protocol/topics.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { openBlockStore } from '../ipfs/block-store.ts'
import { sha256 } from '../sha256.ts'
import { gossipScores } from './gossip-scores.ts'
import type { PeerConduct } from './peer-conduct.ts'
import { createPeerConduct } from './peer-conduct.ts'
import { createGater } from './reach.ts'
import { startStunServer } from './stun-server.ts'
import type { Traffic } from './traffic.ts'
import { createTraffic } from './traffic.ts'
import { relayedListen, stunPlaces, transportsOf, traversalServices } from './traversal.ts'

export const HostOptions = z.strictObject({
  /** Addresses to listen on. */
  listen: z.array(z.string()).min(1),
  /** Addresses that others reach it by although it cannot know them, such as a router's. */
  announce: z.array(z.string()).optional(),
  reach: z.enum(['loopback', 'anywhere']),
  /** Addresses that the owner has named, which may be of the own network. */
  configured: z.array(z.string()),
  isRelay: z.boolean().optional(),
  isRelayed: z.boolean().optional(),
  upnp: z.boolean().optional(),
})
export type HostOptions = z.infer<typeof HostOptions>

export type MarketServices = ServiceMap & { readonly pubsub: GossipSub }

/** One peer: its libp2p host, with gossip, and the blocks it offers to the IPFS network by bitswap. */
export type Host = AsyncDisposable & {
  readonly libp2p: Libp2p<MarketServices>
  readonly blocks: FlatBlockStore
  readonly traffic: Traffic
  /** The same blocks and, by bitswap, those of connected peers of the IPFS network: what is got from them is kept. */
  readonly exchange: Pick<Blockstore, 'get'>
  /** Counts towards how gossip rates its peers. */
  readonly conduct: PeerConduct
}

/** Largest gossip frame, in bytes: eight full envelopes and what wraps them. A frame above the receiver's limit cuts the sender off. */
const frameLimitBytes = 1024 * 1024

/**
 * Starts a peer whose identity and blocks live in a directory. Nothing is dialled that was not asked for: no default bootstrap list,
 * no local discovery, no HTTP routing. The connection monitor is patient, because a machine that encodes answers pings late.
 */
export async function startHost(
  directory: string,
  operationId: string,
  options: HostOptions,
  conduct: PeerConduct = createPeerConduct(Date.now),
): Promise<Host> {
  await using starting = new AsyncDisposableStack()
  const blocks = await openBlockStore(join(directory, 'blocks'))
  const datastore = new LevelDatastore(join(directory, 'peer'))
  await datastore.open()
  starting.defer(() => datastore.close())
  const light = createHeliaLight({ blockstore: blocks, datastore })
  let started: Libp2p | null = null
  const traffic = createTraffic(() => started?.getConnections() ?? [])
  const helia = withBitswap<MarketServices>(
    withLibp2pLight<typeof light, MarketServices>(light, {
      addresses: {
        listen: [...options.listen, ...relayedListen(options)],
        appendAnnounce: options.announce ?? [],
      },
      transports: transportsOf(options, () => started),
      // Two that both know TLS take it: Node does its work natively. Browsers know Noise alone.
      connectionEncrypters: [tls(), noise()],
      streamMuxers: [yamux()],
      connectionGater: createGater(options.reach, options.configured),
      connectionManager: {
        inboundConnectionThreshold: options.reach === 'loopback' ? 1_000 : 5,
        maxConnections: 300,
      },
      connectionMonitor: { pingInterval: 15_000, pingTimeout: { minTimeout: 30_000 } },
      peerDiscovery: [],
      metrics: () => traffic.metrics,
      services: {
        identify: identify({ runOnConnectionOpen: true }),
        identifyPush: identifyPush(),
        ping: ping(),
        ...traversalServices(options),
        pubsub: gossipsub({
          globalSignaturePolicy: StrictSign,
          fallbackToFloodsub: false,
          emitSelf: false,
          allowPublishToZeroTopicPeers: true,
          allowedTopics: topicNames(operationId),
          maxInboundDataLength: frameLimitBytes,
          // A text is one message, whoever sends it: what was seen is not judged again because another peer says it.
          msgIdFn: ({ topic, data }) => sha256(said(topic, data)),
          // Most messages come from several neighbours: all but the first are known by their text, before their signature is looked at.
          fastMsgIdFn: ({ topic, data }) => hash('sha256', said(topic, data ?? nothing), 'binary'),
          ignoreDuplicatePublishError: true,
          scoreParams: gossipScores(operationId, options.reach, conduct),
        }),
      },
    }),
  )
  await helia.start().catch((error: unknown) => {
    throw unheard(options.listen, error)
  })
  started = helia.libp2p
  starting.defer(async () => {
    await helia.stop()
  })
  if (options.isRelay)
    for (const place of stunPlaces(options.listen.map((address) => multiaddr(address))))
      starting.use(await startStunServer(place))
  const stack = starting.move()
  return {
    ...{ libp2p: helia.libp2p, blocks, conduct, traffic, exchange: helia.blockstore },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const nothing = new Uint8Array()

/** A text under its topic, which is what names a message. */
function said(topic: string, data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${topic}\n`), data])
}

/** What it means that a host cannot listen, to whoever chose the addresses. */
function unheard(listen: readonly string[], cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.name !== 'UnsupportedListenAddressesError') return cause
  const [, code = 'unknown reason'] = /\b(E[A-Z]{4,})\b/.exec(cause.message) ?? []
  const addresses = listen.join(' or ')
  const message = `The node cannot listen at ${addresses} (${code}); choose another --listen address.`
  return new MarketError('option-invalid', message, {}, { cause })
}
