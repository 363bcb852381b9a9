import { join } from 'node:path'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { MarketFeed } from '#market/services/market-feed.ts'
import { createEnvelopeSigner } from './chain/envelopes.ts'
import { createDryNetwork } from './dry-run/dry-network.ts'
import { gossipHandlers } from './inbox.ts'
import { createContentStore } from './ipfs/content-store.ts'
import { collectGarbage } from './ipfs/garbage.ts'
import type { LiveKeeping } from './live-words.ts'
import { hearingItself, liveWords } from './live-words.ts'
import type { Logger } from './logger.ts'
import { openBans } from './p2p/bans.ts'
import { createBlockFetcher } from './p2p/block-fetcher.ts'
import { createBlockStreams } from './p2p/block-streams.ts'
import { createGossipBus, gossipRates } from './p2p/gossip-bus.ts'
import { createGossipMeter } from './p2p/gossip-meter.ts'
import { startHost } from './p2p/host.ts'
import { createMarketNetwork } from './p2p/market-network.ts'
import { createOpenPeers } from './p2p/open-peers.ts'
import { createPeerDirectory } from './p2p/peer-directory.ts'
import { createPresenceBoard } from './p2p/presence-board.ts'
import { createStrangerLimit } from './p2p/strangers.ts'
import { createValidators } from './p2p/validators.ts'
import type { PeerChain } from './peer-chain.ts'
import type { PeerConfig } from './peer-config.ts'
import type { Roles } from './roles.ts'

export type PeerNetworkDeps = Pick<PeerChain, 'accounts' | 'ledger' | 'signer'> & {
  readonly pins: PinStore
  readonly clock: Clock
  readonly log: (module: string) => Logger
  readonly dryRun: ((line: string) => void) | null
  /** Who hears what is gossiped: made after the network, because the roles speak through it. */
  readonly roles: () => Roles
  readonly feed: MarketFeed
  /** Who keeps what is said, for whoever looks at the market; null for nobody. */
  readonly keeping: LiveKeeping | null
}

/** A peer among others: its host, its content, and what is said between them. The host stops with the stack. */
export async function openPeerNetwork(
  stack: AsyncDisposableStack,
  config: PeerConfig,
  { accounts, ledger, signer, pins, clock, log, dryRun, roles, feed, keeping }: PeerNetworkDeps,
) {
  const { account, network } = config
  const { operationId, chainId } = network
  const host = stack.use(
    await startHost(config.data, operationId, {
      listen: [...config.listen],
      announce: [...config.announce],
      reach: network.reach,
      configured: [...config.bootstrap],
      ...traversalOf(config),
    }),
  )
  const { libp2p, blocks, traffic } = host
  const { removed, unknown } = await collectGarbage(blocks, pins)
  if (unknown.length > 0)
    log('content').warn('garbage kept: pinned content is not whole', { unknown })
  else log('content').info('garbage collected', { blocks: removed })
  const peers = createPeerDirectory(
    { libp2p, ledger, self: account, logger: log('peers'), now: clock.now },
    {
      bootstrap: config.bootstrap,
      reach: network.reach,
      needsRelay: traversalOf(config).isRelayed,
      everyMs: 1_000,
      targetConnections: 50,
    },
  )
  const bans = openBans(join(config.data, 'bans.json'), { now: clock.now, logger: log('bans') })
  const streams = createBlockStreams({ libp2p, peers, bans })
  const content = createContentStore({
    blocks,
    pins,
    fetcher: createBlockFetcher({
      blocks,
      streams,
      logger: log('fetch'),
      others: createOpenPeers({ libp2p, ledger }),
    }),
  })
  const mayAskFor = createStrangerLimit({ ledger, now: clock.now })
  const validation = { accounts, ledger, operationId, chainId, mayAskFor }
  const meter = createGossipMeter()
  const presence = createPresenceBoard(() => ledger.current().head?.time ?? 0)
  const envelopes = createEnvelopeSigner(account, signer, chainId)
  const words = liveWords(keeping, operationId)
  const bus = createGossipBus(
    {
      host,
      validators: createValidators(validation),
      handlers: gossipHandlers(roles, { presence, feed, live: words }, operationId),
      meter,
      logger: log('gossip'),
      now: clock.now,
    },
    { operationId, ...gossipRates },
  )
  const others = createMarketNetwork({ libp2p, peers, bus, presence, logger: log('network') })
  const marketNetwork = dryRun ? createDryNetwork(others, dryRun) : hearingItself(others, words)
  return {
    libp2p,
    blocks,
    traffic,
    peers,
    streams,
    bans,
    content,
    validation,
    envelopes,
    marketNetwork,
    meter,
  }
}

/** A peer that says where it is found needs no relay, and one on a single machine meets nobody who would. */
function traversalOf({ roles, announce, upnp, network }: PeerConfig) {
  const isRelay = roles.includes('relay')
  return {
    isRelay,
    upnp,
    isRelayed: !isRelay && network.reach === 'anywhere' && announce.length === 0,
  }
}
