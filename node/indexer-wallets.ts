import type { IndexerAppDeps } from '#market/api/indexer-app.ts'
import { arbitersOf } from '#market/domain/quote.ts'
import { createPrepareAward } from '#market/services/prepare-award.ts'
import type { PrepareOfferDeps } from '#market/services/prepare-offer.ts'
import { createPrepareOffer } from '#market/services/prepare-offer.ts'
import { createPrepareSettling } from '#market/services/prepare-settling.ts'
import type { RankLiveBidsDeps } from '#market/services/rank-live-bids.ts'
import { createRankLiveBids } from '#market/services/rank-live-bids.ts'
import type { Accounts } from './chain/accounts.ts'
import type { HiveRpc } from './chain/hive-rpc.ts'
import { createDevelopmentSigner } from './development-signer.ts'
import type { IndexerConfig } from './indexer-config.ts'
import { sha256 } from './sha256.ts'
import type { MeasuredSourcesDeps } from './sources/measured-sources.ts'
import { createMeasuredSources } from './sources/measured-sources.ts'

export type WalletServicesDeps = MeasuredSourcesDeps &
  Pick<PrepareOfferDeps, 'scheduler' | 'plans'> &
  Pick<RankLiveBidsDeps, 'chain' | 'live'> &
  Pick<IndexerAppDeps, 'registry'> & {
    readonly accounts: Pick<Accounts, 'balanceOf'>
    readonly rpc: Pick<HiveRpc, 'endpoints'>
  }

/** How long encoder and arbiter may take to stand by an escrow that a wallet opens. */
const ratificationSeconds = 3_600

/** What an indexer has for creators without a node: what a video would cost, and the operations that their wallets sign. */
export function createWalletServices(
  { chain, live, scheduler, plans, windows, engine, registry, accounts, rpc }: WalletServicesDeps,
  { network, developmentAccounts = [] }: IndexerConfig,
): Pick<
  IndexerAppDeps,
  | 'sources'
  | 'registry'
  | 'rankLiveBids'
  | 'prepareOffer'
  | 'prepareAward'
  | 'prepareSettling'
  | 'site'
  | 'developmentSigner'
> {
  const { chainId, operationId } = network
  const sources = createMeasuredSources({ windows, engine })
  return {
    ...{ sources, registry },
    rankLiveBids: createRankLiveBids({ chain, live, sha256 }),
    prepareOffer: createPrepareOffer({
      ...{ scheduler, plans, chain, sources, operationId },
      arbiters: () => arbitersOf(registry.current().nodes.values()),
      balanceOf: accounts.balanceOf,
    }),
    prepareAward: createPrepareAward({ chain, live, operationId, sha256, ratificationSeconds }),
    prepareSettling: createPrepareSettling({ chain, operationId }),
    site: { chain: network.name, chainId, operationId, isReal: network.isReal },
    developmentSigner:
      developmentAccounts.length === 0
        ? null
        : createDevelopmentSigner({ rpc, chain }, { network, accounts: developmentAccounts }),
  }
}
