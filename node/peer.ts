import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { createLedgerQueries } from '#market/adapters/memory/ledger-queries.ts'
import { createLiveMemory } from '#market/adapters/memory/live-market.ts'
import { bindDatabase } from '#market/adapters/sqlite/binding-store.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createJobEventStore } from '#market/adapters/sqlite/job-stores.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import { createAnnouncePresence } from '#market/services/announce-presence.ts'
import { eachApart } from '#market/services/apart.ts'
import { createBackground } from '#market/services/background.ts'
import type { Creator } from '#market/services/creator/creator.ts'
import type { Encoder } from '#market/services/encoder/encoder.ts'
import { createKeepSeal } from '#market/services/keep-seal.ts'
import { createMarketFeed } from '#market/services/market-feed.ts'
import { createCheckpointPublisher } from '#market/services/publish-checkpoint.ts'
import { createRegistration } from '#market/services/register-node.ts'
import { createMeansWatch } from '#market/services/watch-means.ts'
import type { NodeStatus } from '#protocol/api/control.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Agent } from './agent/agent.ts'
import { createLogTail } from './agent/log-tail.ts'
import { createApiPageRouter } from './api-page.ts'
import { measuredCapabilities, stillProven } from './benchmark/measure-and-keep.ts'
import { pause } from './chain/hive-rpc.ts'
import { createPostingAuthority } from './chain/posting-authority.ts'
import { readControlToken, tellControlUrl } from './control/control-files.ts'
import { createControlRouter } from './control/control-server.ts'
import { createMarketRouter } from './control/market-router.ts'
import { createPinsRouter } from './control/pins-router.ts'
import { describePeer, describeStatus } from './describe-peer.ts'
import { createEncodingEngine } from './encoding/engine.ts'
import { openFfmpegTools } from './encoding/ffmpeg-tools.ts'
import { openDenyList, openToAll } from './gateway/deny-list.ts'
import { createGatewayRouter } from './gateway/gateway.ts'
import { createJobsRouter } from './gateway/jobs.ts'
import { startHttpServer } from './http-server.ts'
import { answerCalls } from './inbox.ts'
import type { Logger } from './logger.ts'
import { startLoop } from './loop.ts'
import { logMarket } from './market-log.ts'
import { startMarketPages } from './market-pages.ts'
import type { NodeKeys } from './node-keys.ts'
import { createAnnouncedAddresses } from './p2p/announced-addresses.ts'
import { serveBlocks } from './p2p/block-server.ts'
import { createPace } from './p2p/pace.ts'
import { listPeers } from './p2p/peer-list.ts'
import { createWebSocketAddresses } from './p2p/web-socket-addresses.ts'
import { startPeerAgent } from './peer-agent.ts'
import { openPeerChain } from './peer-chain.ts'
import type { PeerConfig } from './peer-config.ts'
import { openPeerHardware } from './peer-hardware.ts'
import { openPeerNetwork } from './peer-network.ts'
import { openPeerWork } from './peer-work.ts'
import { createJobPipeline } from './processing/job-pipeline.ts'
import { createRangeMerger } from './processing/range-merger.ts'
import { createReadiness, createReadinessTeller } from './readiness.ts'
import { createPinCare } from './replication/pin-care.ts'
import { expireReplicas } from './replication/replica-expiry.ts'
import { createReplicaKeeper, usualReplicaBytes } from './replication/replica-keeper.ts'
import { createReplicator } from './replication/replicator.ts'
import { createRoles } from './roles.ts'
import { sha256 } from './sha256.ts'
import { createTicker } from './ticker.ts'

/** A running peer. */
export type Peer = AsyncDisposable & {
  /** Gateway and control, on this machine. */
  readonly url: string
  readonly status: () => NodeStatus
  /** Gives back what its encoder has not done, and sees to it that the chain's endpoints have heard so. Returns how many jobs that were. */
  readonly handBack: () => Promise<number>
  /** The desktop agent's address, and a link that opens its page once; null where there is none. */
  readonly agent: Pick<Agent, 'url' | 'pageLink'> | null
  /** Address of the market's pages; null where they are not served. */
  readonly dashboard: string | null
}

export type PeerDeps = {
  readonly keys: NodeKeys
  readonly logger: Logger
  readonly signal: AbortSignal
  /** Prints what the peer would say and do, which it then neither says nor does; null for a peer that is in earnest. */
  readonly dryRun: ((line: string) => void) | null
}

/** Starts a peer: everything it is made of, in the order in which one part needs the other. Disposing stops it in reverse. */
export async function startPeer(
  config: PeerConfig,
  { keys, logger, signal, dryRun }: PeerDeps,
): Promise<Peer> {
  const { account, network } = config
  const { operationId, chainId } = network
  const clock = { now: Date.now }
  const tail = createLogTail(logger, clock.now)
  const log = (module: string): Logger => tail.logger.child(module)
  await using starting = new AsyncDisposableStack()

  const { database, state } = starting.use(openDatabase(join(config.data, 'node.sqlite')))
  // What a dry run has decided must never meet a node in earnest, which would sign it.
  bindDatabase(database, { chain: dryRun ? `dry run of ${chainId}` : chainId, account })
  const events = createJobEventStore(database)
  const pins = createPinStore(database)

  const tools = await openFfmpegTools({ ...config.ffmpeg, directory: config.data, signal })
  if (tools.binaries.warning) logger.warn('old FFmpeg', { advice: tools.binaries.warning })
  const engine = await createEncodingEngine(
    { tools },
    { directory: config.data, signal, workers: config.encoder.workers },
  )
  const hardware = await openPeerHardware(
    { engine, tools, clock, logger: log('hardware') },
    { config, signal },
  )
  const isEncoder = config.roles.includes('encoder')
  const measured = isEncoder ? await measuredCapabilities(tools, config.data) : null
  const capabilities = measured && (await stillProven(engine, measured, signal))

  const ticker = createTicker(log('ticker'))
  const { accounts, chain, follower, ledger, broadcaster, signer, signing, outbox, sources } =
    await openPeerChain(starting, config, {
      ...{ keys, database, state, clock, log, dryRun, signal },
      onNews: ticker.tick,
      onFolded: (records) => feed.folded(records),
    })
  const feed = createMarketFeed({ ledger, clock })
  logMarket(feed, { ledger, logger: log('market') })
  const isOnChain = (job: JobId): boolean => ledger.current().jobs.has(job)
  const live = sources && createLiveMemory({ now: clock.now, isOnChain })
  const keeping = sources &&
    live && { live, keepSeal: createKeepSeal({ chain: createLedgerQueries(sources), live }) }
  const {
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
  } = await openPeerNetwork(starting, config, {
    ...{ accounts, ledger, signer, pins, clock, log, dryRun },
    roles: () => roles,
    ...{ feed, keeping },
  })

  const { trees, encoding, processor, checker } = await openPeerWork(starting, config, {
    ...{ database, state, content, blocks, ledger, tools, engine, hardware, clock, log },
  })
  const background = starting.use(
    createBackground({
      now: clock.now,
      onFailure: (work, error, failures) =>
        log('work').warn('work failed', { work, failures }, error),
    }),
  )
  const { peerId } = libp2p
  const found = { peerId, getMultiaddrs: createAnnouncedAddresses({ libp2p, ...clock }) }
  const profile = () =>
    describePeer({ config, engine, hwAccel: hardware.hwAccel, capabilities, libp2p: found })
  const registration = createRegistration({ account, operationId, outbox, ledger, sha256, profile })
  const means = createMeansWatch({
    account,
    roles: config.roles,
    creditsOf: accounts.creditsOf,
    now: clock.now,
    onUnknown: (error) => log('means').debug('resource credits unknown', {}, error),
  })
  const readiness = createReadiness({ account, registration, means })
  const tellReadiness = createReadinessTeller(readiness, log('readiness'))
  const replicator =
    config.replication &&
    createReplicator(
      { account, ledger, network: marketNetwork, now: clock.now, wait: pause },
      config.replication,
    )
  const roles = createRoles({
    config,
    database,
    state,
    events,
    outbox,
    ledger,
    network: marketNetwork,
    signer: envelopes,
    engine,
    content,
    processor,
    checker,
    merger: createRangeMerger(encoding),
    replicator,
    trees,
    background,
    readiness,
    accounts,
    clock,
    onDecline: (job, reason) => log('encoder').info('no bid', { job, reason }),
    onRetire: (job, recipe) => log('encoder').warn('job of an earlier recipe', { job, recipe }),
  })
  const publishCheckpoint = createCheckpointPublisher(
    { account, operationId, outbox, ledger },
    { everyCheckpoints: 10 },
  )
  const announce = createAnnouncePresence({
    account,
    ledger,
    network: marketNetwork,
    signer: envelopes,
    freeSlots: roles.freeSlots,
  })

  const pace = createPace(config.uploadLimit ?? null)
  await serveBlocks({ libp2p, blocks, logger: log('blocks'), pace })
  const replicas = config.roles.includes('gateway')
    ? createReplicaKeeper(
        { ledger, content, pins, background },
        { limitBytes: config.replicaBytes ?? usualReplicaBytes },
      )
    : null
  if (replicas) {
    const expiry = { keeper: replicas, blocks, pins, logger: log('pins') }
    starting.use(startLoop((stopped) => expireReplicas(expiry, stopped)))
  }
  await answerCalls({ libp2p, logger: log('calls'), roles, validation, replicas })
  const pinCare = createPinCare({
    ...{ account, blocks, content, pins, ledger, streams, bans, random: randomInt },
    ...{ network: marketNetwork, replicator: replicator ?? null, logger: log('pins') },
  })
  const creator = (): Creator => roles.creator ?? missing('a creator')
  const encoder = (): Encoder => roles.encoder ?? missing('an encoder')
  const missing = (role: string): never => {
    throw new MarketError('role-missing', `@${account} does not play the role of ${role}.`)
  }
  const postJob: Creator['postJob'] = async (job, asked) => await creator().postJob(job, asked)
  const token = await readControlToken(config.data)
  const status = (): NodeStatus =>
    describeStatus({
      config,
      follower,
      chain,
      peers,
      libp2p,
      isRegistered: registration.isCurrent(),
      obstacle: readiness.obstacle(),
      url: http.url,
    })
  const listed = () => listPeers({ libp2p, ledger, traffic, operationId })
  const denyList =
    config.denyList === null
      ? openToAll
      : await openDenyList(config.denyList, { logger: log('gateway'), now: clock.now })
  const http = starting.use(
    await startHttpServer(
      {
        routers: [
          createGatewayRouter(blocks, denyList),
          createJobsRouter(blocks, trees.rootOf),
          createControlRouter({ status, peers: listed, events, creator, encoder, signing }, token),
          createPinsRouter(pinCare, token),
          createMarketRouter({ feed, gossip: meter.counts }, token),
        ],
        logger: log('http'),
      },
      config.port,
    ),
  )
  await tellControlUrl(config.data, http.url)
  const { dashboard } = config
  const pages =
    sources && live && dashboard
      ? starting.use(
          await startMarketPages(
            {
              ...{ sources, live, follower, logger: log('pages') },
              ...{ peers: () => libp2p.getPeers().length, now: clock.now },
              webSocketAddresses: createWebSocketAddresses(libp2p),
              routers: [createGatewayRouter(blocks, denyList), createApiPageRouter()],
            },
            { network, dashboard },
          ),
        )
      : null
  starting.use(startLoop((stopped) => follower.run(stopped)))
  starting.use(startLoop((stopped) => peers.run(stopped)))
  starting.use(
    startLoop((stopped) =>
      ticker.run(async () => {
        const sign = (): void => void signing.flush()
        const send = (): void => void broadcaster.flush()
        void means.advance()
        eachApart(
          [
            registration.advance,
            tellReadiness,
            roles.advance,
            publishCheckpoint,
            announce,
            sign,
            send,
          ],
          (step) => step(),
        )
      }, stopped),
    ),
  )
  const agent = dryRun
    ? null
    : await startPeerAgent(starting, config, {
        ...{ database, content, blocks, signer, clock, tail, ledger, peers, postJob, log },
        pipeline: createJobPipeline(encoding),
        ...{ engine: hardware.ownEngine, hwAccel: hardware.hwAccel, peerStreams: streams },
        authority: createPostingAuthority({ accounts }),
        ...{ peerId: libp2p.peerId.toString(), ownerToken: token },
      })
  const stack = starting.move()
  const handBack = async (): Promise<number> => {
    const jobs = roles.encoder?.handBack() ?? 0
    if (jobs === 0) return 0
    await signing.flush()
    await broadcaster.flush()
    return jobs
  }
  return {
    url: http.url,
    status,
    handBack,
    agent,
    dashboard: pages?.url ?? null,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
