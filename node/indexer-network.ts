import { join } from 'node:path'
import type { RegistryReader } from '#market/adapters/postgres/registry-reader.ts'
import type { LiveMarket } from '#market/ports/live-market.ts'
import type { LiveKeeper } from '#market/services/keep-live.ts'
import { createLiveKeeper } from '#market/services/keep-live.ts'
import type { KeepSealDeps } from '#market/services/keep-seal.ts'
import { createKeepSeal } from '#market/services/keep-seal.ts'
import type { Topic } from '#protocol/topics.ts'
import type { Accounts } from './chain/accounts.ts'
import { pause } from './chain/hive-rpc.ts'
import type { Logger } from './logger.ts'
import { startLoop } from './loop.ts'
import type { Network } from './networks.ts'
import { announcedOperation } from './p2p/announcement.ts'
import { openBans } from './p2p/bans.ts'
import type { BlockFetcher } from './p2p/block-fetcher.ts'
import { createBlockFetcher } from './p2p/block-fetcher.ts'
import { serveBlocks } from './p2p/block-server.ts'
import { createBlockStreams } from './p2p/block-streams.ts'
import type { GossipHandlers } from './p2p/gossip-bus.ts'
import { createGossipBus, gossipRates } from './p2p/gossip-bus.ts'
import type { GossipMeter } from './p2p/gossip-meter.ts'
import type { Host } from './p2p/host.ts'
import { createOpenPeers } from './p2p/open-peers.ts'
import { createPace } from './p2p/pace.ts'
import { createPeerDirectory } from './p2p/peer-directory.ts'
import { createStrangerLimit } from './p2p/strangers.ts'
import { createValidators } from './p2p/validators.ts'

/** An indexer among the peers: it listens, hands on what others say, gives the blocks it has, and says nothing of its own. */
export type IndexerNetwork = AsyncDisposable & {
  /** Peers that it is connected to now. */
  readonly peers: () => number
  /** Brings blocks here from accounts' peers, and from those that give to everybody. */
  readonly fetcher: BlockFetcher
}

export type IndexerNetworkDeps = {
  readonly host: Host
  readonly accounts: Accounts
  readonly registry: RegistryReader
  readonly chain: KeepSealDeps['chain']
  readonly live: LiveMarket
  readonly meter: Pick<GossipMeter, 'judged' | 'sent'>
  readonly logger: Logger
  readonly now: () => number
  /** Told of each message that was judged good, and whether it is kept. */
  readonly onHeard: (topic: Topic, isKept: boolean) => void
}

export type IndexerNetworkOptions = {
  readonly network: Network
  readonly bootstrap: readonly string[]
  /** Bytes a second that all peers together may fetch; absent for as many as there are. */
  readonly uploadLimit?: number | undefined
  /** Milliseconds between two looks at the registry. */
  readonly pollMs: number
  /** Where it is kept who has lied. */
  readonly data: string
}

/**
 * Finds peers by the registry, as nodes do, and keeps in the live tables what they say. Several indexers of one database may all do
 * so: what is kept twice is the same once.
 */
export async function joinNetwork(
  { host, accounts, registry, chain, live, meter, logger, now, onHeard }: IndexerNetworkDeps,
  { network, bootstrap, uploadLimit, pollMs, data }: IndexerNetworkOptions,
): Promise<IndexerNetwork> {
  const { libp2p, blocks } = host
  const { operationId, chainId, reach } = network
  await using joining = new AsyncDisposableStack()
  const keeper = createLiveKeeper({
    onFailure: (error) => logger.warn('gossip not kept', {}, error),
  })
  createGossipBus(
    {
      host,
      validators: createValidators({
        ...{ accounts, ledger: registry, operationId, chainId },
        mayAskFor: createStrangerLimit({ ledger: registry, now }),
      }),
      handlers: liveHandlers({ keeper, chain, live, onHeard }, operationId),
      meter,
      logger,
      now,
    },
    { operationId, ...gossipRates },
  )
  const peers = createPeerDirectory(
    { libp2p, ledger: registry, self: null, logger, now },
    { bootstrap, reach, everyMs: 1_000, targetConnections: 50 },
  )
  await serveBlocks({ libp2p, blocks, logger, pace: createPace(uploadLimit ?? null) })
  joining.use(startLoop((stopped) => keeper.run(stopped)))
  joining.use(startLoop((stopped) => refreshAgain({ registry, logger }, pollMs, stopped)))
  joining.use(startLoop((stopped) => peers.run(stopped)))
  const bans = openBans(join(data, 'bans.json'), { now, logger })
  const fetcher = createBlockFetcher({
    ...{ blocks, logger, streams: createBlockStreams({ libp2p, peers, bans }) },
    others: createOpenPeers({ libp2p, ledger: registry }),
  })
  const stack = joining.move()
  return {
    ...{ peers: () => libp2p.getPeers().length, fetcher },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Where each topic's messages are kept, the newest of each subject. */
function liveHandlers(
  {
    keeper,
    chain,
    live,
    onHeard,
  }: Pick<IndexerNetworkDeps, 'chain' | 'live' | 'onHeard'> & {
    keeper: LiveKeeper
  },
  operationId: string,
): GossipHandlers {
  const keepSeal = createKeepSeal({ chain, live })
  const keep = (topic: Topic, subject: string, write: () => Promise<void>): void =>
    onHeard(topic, keeper.keep(`${topic} ${subject}`, write))
  return {
    offers: ({ transaction }) => {
      const operation = announcedOperation(transaction, operationId)
      // An award means nothing without its money, which only a block shows.
      if (operation?.t !== 'job.offer') return
      keep('offers', operation.job, () => live.keepOffer(operation))
    },
    bids: ({ body }) => keep('bids', `${body.job} ${body.encoder}`, () => live.keepBid(body)),
    // The first one counts, so that none takes the place of another that waits.
    seals: ({ body }) =>
      keep('seals', `${body.job} ${body.encoder} ${body.bid}`, () => keepSeal(body)),
    progress: ({ body }) =>
      keep('progress', `${body.job} ${body.encoder}`, () => live.keepProgress(body)),
    presence: ({ body }) => keep('presence', body.account, () => live.keepPresence(body)),
  }
}

async function refreshAgain(
  { registry, logger }: Pick<IndexerNetworkDeps, 'registry' | 'logger'>,
  pollMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await registry.refresh().catch((error: unknown) => logger.warn('registry not read', {}, error))
    await pause(pollMs, signal)
  }
}
