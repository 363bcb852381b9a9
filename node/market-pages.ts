import type Router from '@koa/router'
import { createLedgerQueries } from '#market/adapters/memory/ledger-queries.ts'
import { createLedgerRecords } from '#market/adapters/memory/ledger-records.ts'
import type { LedgerSources } from '#market/adapters/memory/ledger-sources.ts'
import { createReadingApp } from '#market/api/reading-app.ts'
import type { Check } from '#market/api/routes/health-routes.ts'
import type { LiveMarket } from '#market/ports/live-market.ts'
import { createRankLiveBids } from '#market/services/rank-live-bids.ts'
import type { Multiaddr } from '#protocol/ids.ts'
import type { LedgerFollower } from './chain/ledger-follower.ts'
import { createDashboard } from './dashboard.ts'
import type { HttpServer } from './http-server.ts'
import { serveApp } from './http-server.ts'
import type { Logger } from './logger.ts'
import type { PeerConfig } from './peer-config.ts'
import { sha256 } from './sha256.ts'

export type MarketPagesDeps = {
  readonly sources: LedgerSources
  readonly live: LiveMarket
  readonly follower: Pick<LedgerFollower, 'behind' | 'view'>
  readonly peers: () => number
  /** Where pages can dial this node, as of now. */
  readonly webSocketAddresses: () => readonly Multiaddr[]
  readonly now: () => number
  /** Of content that the pages play, and of the API's own page. */
  readonly routers: readonly Router[]
  readonly logger: Logger
}

/**
 * The market's pages as this node knows the market, on 127.0.0.1: they show and change nothing. Rejects with `option-invalid` where the
 * port is taken.
 */
export async function startMarketPages(
  deps: MarketPagesDeps,
  { network, dashboard }: Pick<PeerConfig, 'network'> & Required<Pick<PeerConfig, 'dashboard'>>,
): Promise<HttpServer> {
  const { sources, live, follower, peers, webSocketAddresses, now, routers, logger } = deps
  const { name: chainName, chainId, operationId, isReal } = network
  const chain = createLedgerQueries(sources)
  const app = createReadingApp(
    {
      ...{ chain, live, peers, webSocketAddresses, now, routers },
      records: createLedgerRecords({ ...sources, live }),
      rankLiveBids: createRankLiveBids({ chain, live, sha256 }),
      checks: async () => [
        chainCheck(follower, chainName),
        { name: 'network', ok: true, detail: `connected to ${peers()} peers` },
      ],
      site: { chain: chainName, chainId, operationId, isReal },
      pages: await createDashboard(dashboard.folder, { isReadOnly: true }),
      log: {
        request: (facts) => logger.debug('answered', facts),
        bug: (error, request) => logger.error('request failed', { request }, error),
      },
    },
    { version: dashboard.version },
  )
  return await serveApp(app, { host: '127.0.0.1', port: dashboard.port })
}

function chainCheck(follower: MarketPagesDeps['follower'], name: string): Check {
  const behind = follower.behind()
  if (behind === null) return { name: 'chain', ok: false, detail: `${name} was not reached yet` }
  const height = follower.view.current().head?.height ?? 0
  return { name: 'chain', ok: true, detail: `${name}: block ${height}, ${behind} behind` }
}
