import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAuditLog } from '#market/adapters/postgres/audit-log.ts'
import { createChainQueries } from '#market/adapters/postgres/chain-queries.ts'
import { createEncoderDirectory } from '#market/adapters/postgres/encoder-directory.ts'
import { createJobPlans } from '#market/adapters/postgres/job-plans.ts'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import { createLiveMarket } from '#market/adapters/postgres/live-market.ts'
import { createMarketRecords } from '#market/adapters/postgres/market-records.ts'
import { createQueueOfMarket } from '#market/adapters/postgres/queue-of-market.ts'
import { createSettingsStore } from '#market/adapters/postgres/settings-store.ts'
import { createSharedLimiter } from '#market/adapters/postgres/shared-limiter.ts'
import { createWebhookReceipts } from '#market/adapters/postgres/webhook-receipts.ts'
import { createWebhookStore } from '#market/adapters/postgres/webhook-store.ts'
import { createApplyWebhook } from '#market/api/apply-webhook.ts'
import type { IndexerAppDeps, IndexerAppOptions } from '#market/api/indexer-app.ts'
import { createIndexerApp } from '#market/api/indexer-app.ts'
import { formatWebhookSecret } from '#market/domain/webhook-signature.ts'
import { MarketError } from '#market/errors.ts'
import type { BrowserEncodes } from '#market/ports/browser-encodes.ts'
import type { JobScheduler } from '#market/ports/job-scheduler.ts'
import { createPrepareOffer } from '#market/services/prepare-offer.ts'
import { createPrepareSettling } from '#market/services/prepare-settling.ts'
import { createPreviewPlan } from '#market/services/preview-plan.ts'
import { createRankLiveBids } from '#market/services/rank-live-bids.ts'
import { createReceiveWebhook } from '#market/services/receive-webhook.ts'
import { createMetricsRouter } from '#node/metrics-router.ts'
import { sha256 } from '#node/sha256.ts'
import { createTreeIntake } from '#node/trees/tree-intake.ts'
import { startUploads } from '#node/uploads/uploads.ts'
import { webhookCrypto } from '#node/webhooks/webhook-crypto.ts'
import { milliHbd } from '#protocol/amount.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { openTestStore } from './content.ts'
import { aResult } from './encoding-jobs.ts'
import { makeFolder } from './ffmpeg.ts'
import { noRateLimits } from './no-rate-limits.ts'
import { silent } from './peers.ts'
import { openTestDatabase } from './postgres.ts'
import { testSecrets } from './secrets.ts'
import { testNetwork } from './test-chain.ts'

export type ApiAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** What the text says as JSON; undefined where it is none. */
  readonly json: unknown
}

/** Videos that are begun and left, as many as a test likes. */
const wideLimits = { bytes: 2 ** 30, accountBytes: 2 ** 50, accountOpen: 1_000_000 }

/** The whole HTTP face of an indexer over a real database, with a door that lets everybody in whom the test names. */
export async function startTestIndexer(options: Partial<IndexerAppOptions> = {}) {
  const opened = await openTestDatabase()
  const bugs: unknown[] = []
  const scheduler = createJobScheduler(
    { pool: opened.pool, random: () => 0 },
    { tierPatienceMs: null },
  )
  const encoders = createEncoderDirectory(opened.database)
  const settings = createSettingsStore(opened.database)
  const chain = createChainQueries(opened.database)
  const live = createLiveMarket({ database: opened.database, now: Date.now })
  const plans = createJobPlans(opened.pool)
  const auditLog = createAuditLog(opened.database, sha256)
  const door = openDoor()
  const { accountOf } = door.sessions
  const directory = await makeFolder()
  const { blocks, content, ...store } = await openTestStore(directory)
  const uploads = await startUploads(
    {
      ...{ content, accountOf, logger: silent, onOutcome: async () => undefined },
      analyse: () => Promise.reject(new MarketError('input-unreadable', 'This is no video.')),
    },
    { directory: join(directory, 'uploads'), limits: wideLimits, patienceMs: 86_400_000 },
  )
  const deps: IndexerAppDeps = {
    ...{ scheduler, plans, encoders, settings, sessions: door.sessions, auditLog },
    routers: [
      uploads.router,
      createTreeIntake(
        { scheduler, encoders, accountOf, content, blocks, free: async () => 2 ** 50 },
        { directory, jobBytes: 2 ** 40 },
      ),
      createMetricsRouter({ contentType: 'text/plain', text: async () => '' }),
    ],
    previewPlan: createPreviewPlan({ encoders, scheduler }),
    audit: async (deed) => void (await auditLog.append(deed, new Date())),
    requireCallable: () => undefined,
    newId: randomUUID,
    newSecret: () => formatWebhookSecret(randomBytes(32)),
    secrets: testSecrets,
    sharedLimiter: createSharedLimiter(opened.pool),
    feed: { follow: async () => undefined },
    ...{ chain, live, now: Date.now, peers: () => 3 },
    ...{ auditLog, records: createMarketRecords(opened.database) },
    queueOfMarket: createQueueOfMarket(opened.database),
    rankLiveBids: createRankLiveBids({ chain, live, sha256 }),
    prepareSettling: createPrepareSettling({ chain, operationId: testNetwork.operationId }),
    prepareAward: async () => {
      throw new MarketError('job-unknown', 'No such offer is on the chain yet.')
    },
    refusalOfBid: async () => null,
    sources: { measure: () => Promise.reject(noSource) },
    registry: { current: () => ({ head: null, nodes: new Map() }) },
    prepareOffer: createPrepareOffer({
      ...{ scheduler, plans, chain, operationId: 'spk-encoder-dev', arbiters: () => [] },
      sources: { terms: () => Promise.reject(noSource) },
      balanceOf: async () => milliHbd(0n),
    }),
    site: { chain: 'devchain', chainId: '00', operationId: 'spk-encoder-dev', isReal: false },
    webSocketAddresses: () => [],
    developmentSigner: null,
    browserEncodes: { ...noTabs, check: completeUnchecked(scheduler) },
    webhooks: createWebhookStore(opened.database),
    receiveWebhook: createReceiveWebhook({
      secretOf: async (id) => {
        const job = await scheduler.find(EncodingJobId.parse(id))
        return job?.webhookSecret ? testSecrets.open(job.webhookSecret, job.owner) : null
      },
      receipts: createWebhookReceipts(opened.database),
      ...{ crypto: webhookCrypto, clock: { now: Date.now } },
      apply: createApplyWebhook(scheduler),
    }),
    onClaim: () => undefined,
    checks: async () => [],
    log: { request: () => undefined, bug: (error) => void bugs.push(error) },
  }
  const app = createIndexerApp(deps, {
    ...{ version: '1.2.3', origins: [], isProxied: false, rateLimits: noRateLimits },
    ...options,
  })
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...{ url, bugs, scheduler, plans, encoders, settings, chain, live, opened, auditLog },
    tokenOf: door.tokenOf,
    query: async (text: string) => (await opened.pool.query(text)).rows as unknown[],
    /** `body` goes out as JSON; texts as they are. */
    ask: async (
      method: string,
      path: string,
      { caller, body, headers = {} }: ApiQuestion = {},
    ): Promise<ApiAnswer> => {
      const authorization = caller ? { authorization: `Bearer ${door.tokenOf(caller)}` } : {}
      const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
      const answer = await fetch(url + path, {
        ...{ method, headers: { ...authorization, ...headers } },
        ...(sent === undefined ? {} : { body: sent }),
      })
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, text, json: jsonOf(text) }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await uploads[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

export type ApiQuestion = {
  readonly caller?: HiveAccount
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type TestIndexer = Awaited<ReturnType<typeof startTestIndexer>>

const noSource = new MarketError('content-unavailable', 'No source is here.')

/** A server without sources: tabs find nothing to encode. */
const noTabs: Omit<BrowserEncodes, 'check'> = {
  plan: () => Promise.reject(noSource),
  keep: () => Promise.reject(noSource),
}

/** What a tab says it has made is believed. */
function completeUnchecked(scheduler: Pick<JobScheduler, 'completeJob'>): BrowserEncodes['check'] {
  return async (_job, lease) => {
    await scheduler.completeJob(lease, aResult({ qualities: ['480p'] }))
  }
}

function openDoor() {
  const accounts = new Map<string, HiveAccount>()
  const accountOf = async (authorization: string): Promise<HiveAccount | null> =>
    accounts.get(authorization.replace(/^Bearer /, '')) ?? null
  const sessions: IndexerAppDeps['sessions'] = {
    challenge: async () => ({
      ...{ nonce: randomBytes(32).toString('hex'), text: 'sign this' },
      expiresAt: new Date(Date.now() + 60_000),
    }),
    signIn: async () => {
      throw new MarketError('unauthorized', 'Nobody signs in at this door.')
    },
    signOut: async () => undefined,
    accountOf,
  }
  const tokens = new Map<HiveAccount, string>()
  const tokenOf = (account: HiveAccount): string => {
    const token = tokens.get(account) ?? randomBytes(32).toString('hex')
    tokens.set(account, token)
    accounts.set(token, account)
    return token
  }
  return { sessions, tokenOf }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
