import { randomBytes, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createAuditLog } from '#market/adapters/postgres/audit-log.ts'
import { createChainQueries } from '#market/adapters/postgres/chain-queries.ts'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { createDeliveredTrees } from '#market/adapters/postgres/delivered-trees.ts'
import { createEncoderDirectory } from '#market/adapters/postgres/encoder-directory.ts'
import { createJobPlans } from '#market/adapters/postgres/job-plans.ts'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import { createLiveMarket } from '#market/adapters/postgres/live-market.ts'
import { createMarketJobStore } from '#market/adapters/postgres/market-job-store.ts'
import { createMarketRecords } from '#market/adapters/postgres/market-records.ts'
import { createProjectionStore } from '#market/adapters/postgres/projection-store.ts'
import { createQueueOfMarket } from '#market/adapters/postgres/queue-of-market.ts'
import { createRegistryReader } from '#market/adapters/postgres/registry-reader.ts'
import { neededKeys } from '#market/adapters/postgres/sealed-secrets.ts'
import { createSessionStore } from '#market/adapters/postgres/session-store.ts'
import { createSettingsStore } from '#market/adapters/postgres/settings-store.ts'
import { createSharedLimiter } from '#market/adapters/postgres/shared-limiter.ts'
import { createApplyWebhook } from '#market/api/apply-webhook.ts'
import { createIndexerApp } from '#market/api/indexer-app.ts'
import { deedOf } from '#market/domain/audit-entry.ts'
import { formatWebhookSecret } from '#market/domain/webhook-signature.ts'
import { MarketError } from '#market/errors.ts'
import { createEventFeed } from '#market/services/event-feed.ts'
import { createFollowMarketJobs } from '#market/services/follow-market-jobs.ts'
import { createOrchestrateJobs } from '#market/services/orchestrate-jobs.ts'
import { createPreviewPlan } from '#market/services/preview-plan.ts'
import { createReceiveWebhook } from '#market/services/receive-webhook.ts'
import { createSessions } from '#market/services/sessions.ts'
import type { Bid } from '#protocol/bid.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Envelope } from '#protocol/envelope.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { startAlerts } from './alerts.ts'
import { createApiPageRouter } from './api-page.ts'
import { startBrowserEncodes } from './browser/browser-encodes.ts'
import { createAccounts } from './chain/accounts.ts'
import { isSealed } from './chain/envelopes.ts'
import { refuseForeignChain } from './chain/hive-rpc.ts'
import { openChain } from './chain/open-chain.ts'
import { createPostingAuthority } from './chain/posting-authority.ts'
import { createDashboard } from './dashboard.ts'
import { requireDevelopmentChain } from './development-signer.ts'
import { freeSpace } from './encoding/disk-guard.ts'
import { createEncodingEngine } from './encoding/engine.ts'
import { openFfmpegTools } from './encoding/ffmpeg-tools.ts'
import { serveEventSocket } from './event-socket.ts'
import { openDenyList, openToAll } from './gateway/deny-list.ts'
import { createGatewayRouter } from './gateway/gateway.ts'
import { serveApp } from './http-server.ts'
import { startProjection } from './indexer-chain.ts'
import type { IndexerConfig, IndexerSecrets } from './indexer-config.ts'
import { openIndexerContent } from './indexer-content.ts'
import { followAgain } from './indexer-follow.ts'
import { indexerChecks } from './indexer-health.ts'
import { joinNetwork } from './indexer-network.ts'
import { startOrchestrator } from './indexer-orchestrator.ts'
import { sweepAgain } from './indexer-sweep.ts'
import { createWalletServices } from './indexer-wallets.ts'
import type { Logger } from './logger.ts'
import { startLoop } from './loop.ts'
import { createMetrics } from './metrics.ts'
import { createMetricsRouter } from './metrics-router.ts'
import { createMonitoringSources } from './monitoring-sources.ts'
import { startHost } from './p2p/host.ts'
import { listPeers } from './p2p/peer-list.ts'
import { createWebSocketAddresses } from './p2p/web-socket-addresses.ts'
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts'
import { startSourceWindows } from './processing/source-windows.ts'
import { createSecretBox } from './secrets/secret-box.ts'
import { openSecretKeys, requireKeys } from './secrets/secret-keys.ts'
import { sha256 } from './sha256.ts'
import { forgetTreesAgain } from './trees/forget-trees.ts'
import { keepMarketTrees } from './trees/market-trees.ts'
import { createTreeIntake } from './trees/tree-intake.ts'
import { usualUploadLimits } from './uploads/upload-limits.ts'
import { startUploads } from './uploads/uploads.ts'
import { checkUrl } from './webhooks/safe-address.ts'
import { startWebhooks } from './webhooks/start-webhooks.ts'
import { webhookCrypto } from './webhooks/webhook-crypto.ts'

export type Indexer = AsyncDisposable & { readonly url: string }

export type IndexerDeps = {
  readonly secrets: IndexerSecrets
  readonly logger: Logger
  readonly signal: AbortSignal
}

const weekMs = 7 * 86_400_000

/**
 * Starts an indexer: tables, what fills them, and what serves them. Several may share one database; one of them projects, all
 * serve. Disposing stops it in reverse.
 */
export async function startIndexer(
  config: IndexerConfig,
  { secrets, logger, signal }: IndexerDeps,
): Promise<Indexer> {
  const { network, data, developmentAccounts = [] } = config
  const { chainId, operationId, genesisHeight } = network
  if (developmentAccounts.length > 0) requireDevelopmentChain(network)
  const clock = { now: Date.now }
  const log = (module: string): Logger => logger.child(module)
  await using starting = new AsyncDisposableStack()

  const url = secrets.databaseUrl ?? (await ownServer(starting, data, signal)).url
  const postgres = starting.use(
    await openPostgres({
      url,
      onIdleError: (error) => log('postgres').warn('idle connection broke', {}, error),
    }),
  )
  const { database, pool } = postgres
  const host = starting.use(
    await startHost(data, operationId, {
      listen: [...config.listen],
      announce: [...config.announce],
      reach: network.reach,
      configured: [...config.bootstrap],
    }),
  )
  const { libp2p, blocks } = host
  const keys = await openSecretKeys(data, secrets.secretKeys)
  requireKeys(keys, await neededKeys(pool))
  const box = createSecretBox(keys)
  const auditLog = createAuditLog(database, sha256)
  const { leaseMs } = config
  const scheduler = createJobScheduler(
    { pool, random: Math.random },
    { tierPatienceMs: null, ...(leaseMs === undefined ? {} : { leaseMs }) },
  )
  const plans = createJobPlans(pool)
  const encoders = createEncoderDirectory(database)
  const settings = createSettingsStore(database)
  const live = createLiveMarket({ database, now: clock.now })
  const chain = createChainQueries(database)
  const sources = createMonitoringSources({ database, scheduler }, [data])
  const registry = createRegistryReader(database)
  const traffic = async () =>
    listPeers({ libp2p, ledger: registry, traffic: host.traffic, operationId })
  const metrics = createMetrics(
    {
      sources: { ...sources, peers: async () => libp2p.getPeers().length, traffic },
      logger: log('metrics'),
    },
    { version: config.version },
  )

  const { rpc, blocks: agreed } = openChain(
    { logger: log('chain'), now: clock.now },
    network,
    config.rpc,
  )
  await refuseForeignChain(rpc, signal)
  const accounts = createAccounts({ rpc, now: clock.now }, { ttlMs: 60_000, limit: 10_000 })
  const store = createProjectionStore(database, sha256, { chainId, operationId, genesisHeight })
  if (config.rebuild) await store.clear()
  const projection = starting.use(
    await startProjection(
      { chain: agreed, store, network: { operationId, sha256 }, logger: log('projection') },
      { chainId, operationId, genesisHeight, postgresUrl: url, pollMs: config.pollMs },
    ),
  )

  const policy = { allowLoopback: !network.isReal }
  const webhooks = starting.use(
    startWebhooks({ database, secrets: box, clock, logger: log('webhooks'), metrics }, policy),
  )
  const sessions = createSessions(
    {
      store: createSessionStore(database),
      authority: createPostingAuthority({ accounts }),
      clock,
      randomBytes,
      sha256,
    },
    { domain: config.domain },
  )
  const { alertUrl } = config
  if (alertUrl !== null && secrets.alertSecret !== null)
    starting.use(
      startAlerts(
        { database, sources, secrets: box, clock, logger: log('alerts') },
        { url: alertUrl, secret: secrets.alertSecret, instance: hostname() },
      ),
    )
  const { peers, fetcher } = starting.use(
    await joinNetwork(
      {
        ...{ host, accounts, registry, chain, live, logger: log('network'), now: clock.now },
        ...{ onHeard: metrics.heard, meter: metrics.gossip },
      },
      {
        ...{ network, bootstrap: config.bootstrap, pollMs: config.pollMs },
        ...{ uploadLimit: config.uploadLimit, data },
      },
    ),
  )
  const { content, pins } = starting.use(openIndexerContent(data, { blocks, fetcher }))
  const tools = await openFfmpegTools({ ...config.ffmpeg, directory: data, signal })
  const engine = await createEncodingEngine({ tools }, { directory: data, signal })
  const uploads = starting.use(
    await startUploads(
      {
        content,
        analyse: engine.analyse,
        accountOf: sessions.accountOf,
        onOutcome: ({ owner, id, phase }) =>
          auditLog.appendOnce(deedOf(owner, `upload.${phase}`, id), new Date(clock.now())),
        logger: log('uploads'),
      },
      { directory: join(data, 'uploads'), limits: usualUploadLimits, patienceMs: weekMs },
    ),
  )
  const newSeed = (): Sha256Hex => Sha256Hex.parse(randomBytes(32).toString('hex'))
  const browserEncodes = starting.use(
    await startBrowserEncodes(
      { content, engine, tools, scheduler, newSeed, logger: log('browser') },
      { directory: join(data, 'browser') },
    ),
  )
  const denyList =
    config.denyList === null
      ? openToAll
      : await openDenyList(config.denyList, { logger: log('gateway'), now: clock.now })
  const feed = createEventFeed({
    scheduler,
    onFailure: (error) => log('events').warn('events not read', {}, error),
  })

  const refusalOfBid = async (bid: Envelope<Bid>): Promise<string | null> => {
    const at = await chain.at()
    if (at && bid.body.expires <= at.time) return 'it has expired'
    return (await isSealed(bid, accounts, chainId)) ? null : 'the signature is not its encoder’s'
  }

  const windows = starting.use(await startSourceWindows({ blocks, logger: log('windows') }))
  const wallets = createWalletServices(
    { chain, live, scheduler, plans, windows, engine, registry, accounts, rpc },
    config,
  )
  const app = createIndexerApp(
    {
      ...{ scheduler, plans, encoders, settings, live, chain, sessions, feed, auditLog },
      records: createMarketRecords(database),
      queueOfMarket: createQueueOfMarket(database),
      audit: async (deed) => void (await auditLog.append(deed, new Date(clock.now()))),
      ...{ browserEncodes, webhooks: webhooks.deliveries },
      peers: () => libp2p.getPeers().length,
      webSocketAddresses: createWebSocketAddresses(libp2p),
      now: clock.now,
      newId: randomUUID,
      newSecret: () => formatWebhookSecret(randomBytes(32)),
      secrets: box,
      sharedLimiter: createSharedLimiter(pool),
      requireCallable: (target) => {
        const checked = checkUrl(target, policy)
        if (!checked.isSafe)
          throw new MarketError('address-refused', `Webhooks cannot go there: ${checked.reason}.`)
      },
      ...wallets,
      previewPlan: createPreviewPlan({ encoders, scheduler }),
      refusalOfBid,
      receiveWebhook: createReceiveWebhook({
        secretOf: async (job) => {
          const id = EncodingJobId.safeParse(job)
          const known = id.success ? await scheduler.find(id.data) : null
          return known?.webhookSecret ? box.open(known.webhookSecret, known.owner) : null
        },
        receipts: webhooks.receipts,
        crypto: webhookCrypto,
        clock,
        apply: createApplyWebhook(scheduler),
      }),
      checks: () => indexerChecks({ pool, projection, peers }, network.name),
      onClaim: metrics.claim,
      routers: [
        createGatewayRouter(blocks, denyList),
        uploads.router,
        createTreeIntake(
          { scheduler, encoders, accountOf: sessions.accountOf, content, blocks, free: freeSpace },
          { directory: data, jobBytes: usualUploadLimits.bytes },
        ),
        createMetricsRouter(metrics),
        createApiPageRouter(),
      ],
      pages: await createDashboard(config.dashboard),
      log: {
        request: (facts) => {
          log('http').debug('answered', facts)
          metrics.request({ ...facts, seconds: facts.milliseconds / 1_000 })
        },
        bug: (error, request) => log('http').error('request failed', { request }, error),
      },
    },
    config,
  )
  const http = starting.use(await serveApp(app, config))
  const isOwnPage = (origin: string, name: string): boolean => URL.parse(origin)?.host === name
  starting.use(
    serveEventSocket(
      http.server,
      feed,
      (origin, name) => config.origins.includes(origin) || isOwnPage(origin, name),
    ),
  )
  starting.use(startLoop((stopped) => feed.run(stopped)))
  const follow = createFollowMarketJobs({
    store: createMarketJobStore({ database, pool }),
    onFailure: (error, job) => log('market').warn('job does not follow', { job }, error),
  })
  starting.use(startLoop((stopped) => followAgain({ follow, logger: log('market') }, stopped)))
  starting.use(
    startOrchestrator(
      {
        orchestrate: createOrchestrateJobs({
          ...{ plans, scheduler, encoders, settings, chain, live, sha256 },
          prepareAward: wallets.prepareAward,
          onFailure: (error, job) => log('orchestrator').warn('no decision', { job }, error),
        }),
        logger: log('orchestrator'),
      },
      { postgresUrl: url },
    ),
  )
  starting.use(
    startLoop((stopped) =>
      sweepAgain({ scheduler, live, sessions, logger: log('sweep') }, stopped),
    ),
  )
  const trees = { delivered: createDeliveredTrees(database), content, pins, free: freeSpace }
  starting.use(
    startLoop((stopped) =>
      keepMarketTrees(
        { ...trees, now: clock.now, logger: log('trees') },
        {
          ...{ directory: data, everyMs: 1_000 },
          treeBytes: usualUploadLimits.bytes,
          ownerBytes: usualUploadLimits.accountBytes,
        },
        stopped,
      ),
    ),
  )
  starting.use(
    startLoop((stopped) =>
      forgetTreesAgain({ scheduler, blocks, pins, now: clock.now, logger: log('trees') }, stopped),
    ),
  )
  const stack = starting.move()
  return { url: http.url, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

async function ownServer(
  stack: AsyncDisposableStack,
  data: string,
  signal: AbortSignal,
): Promise<{ readonly url: string }> {
  return stack.use(await startEmbeddedPostgres({ directory: join(data, 'postgres'), signal }))
}
