import { randomBytes } from 'node:crypto'
import type { NodeDatabase } from '#market/adapters/sqlite/database.ts'
import { createEncounterStore } from '#market/adapters/sqlite/encounter-store.ts'
import type { WatchableEvents } from '#market/adapters/sqlite/job-stores.ts'
import {
  createBidStore,
  createCreatorJobStore,
  createEncoderJobStore,
  createSealStore,
  createSplitJobStore,
} from '#market/adapters/sqlite/job-stores.ts'
import { plainTerms } from '#market/domain/bid-price.ts'
import { isOccupying } from '#market/domain/encoder-job.ts'
import { defaultPrices, scalePrices } from '#market/domain/pricing.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { EnvelopeSigner, MarketNetwork } from '#market/ports/market-network.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { Outbox } from '#market/ports/outbox.ts'
import type {
  DeliveryChecker,
  JobProcessor,
  JobTrees,
  RangeMerger,
} from '#market/ports/processing.ts'
import type { Readiness } from '#market/ports/readiness.ts'
import type { Replicator } from '#market/ports/replication.ts'
import { eachApart } from '#market/services/apart.ts'
import type { Arbiter } from '#market/services/arbiter/arbiter.ts'
import { createArbiter } from '#market/services/arbiter/arbiter.ts'
import type { BackgroundWork } from '#market/services/background.ts'
import type { Creator } from '#market/services/creator/creator.ts'
import { createCreator } from '#market/services/creator/creator.ts'
import type { Encoder } from '#market/services/encoder/encoder.ts'
import { createEncoder } from '#market/services/encoder/encoder.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { JobId } from '#protocol/ids.ts'
import type { PriceTerms } from '#protocol/price-list.ts'
import type { Accounts } from './chain/accounts.ts'
import type { PeerConfig } from './peer-config.ts'
import { sha256 } from './sha256.ts'

/** What the roles share. */
export type RoleDeps = {
  readonly config: PeerConfig
  readonly database: NodeDatabase
  readonly state: NodeState
  readonly events: WatchableEvents
  readonly outbox: Outbox
  readonly ledger: LedgerView
  readonly network: MarketNetwork
  readonly signer: EnvelopeSigner
  readonly engine: EncodingEngine
  readonly content: ContentStore
  readonly processor: JobProcessor
  readonly checker: DeliveryChecker
  readonly merger: RangeMerger
  /** See the creator's. */
  readonly replicator?: Replicator | undefined
  readonly trees: JobTrees
  readonly background: BackgroundWork
  readonly readiness: Readiness
  readonly accounts: Accounts
  readonly clock: Clock
  /** See the encoder's: why an offer gets no bid. */
  readonly onDecline?: (job: JobId, reason: string) => void
  /** See the encoder's: a job whose recipe is no more. */
  readonly onRetire?: (job: JobId, recipe: string) => void
}

/** The roles a peer plays; null for those it does not. */
export type Roles = {
  readonly creator: Creator | null
  readonly encoder: Encoder | null
  readonly arbiter: Arbiter | null
  /** Jobs the peer would take besides those it has. */
  readonly freeSlots: () => number
  /** Lets every role do what is due. */
  readonly advance: () => void
}

export function createRoles(deps: RoleDeps): Roles {
  const { config, database } = deps
  const common = {
    ...deps,
    account: config.account,
    operationId: config.network.operationId,
    sha256,
    randomHex: (bytes: number) => randomBytes(bytes).toString('hex'),
  }
  const plays = (role: (typeof config.roles)[number]): boolean => config.roles.includes(role)
  const encoderJobs = createEncoderJobStore(database)
  const creator = plays('creator')
    ? createCreator({
        ...common,
        jobs: createCreatorJobStore(database),
        splits: createSplitJobStore(database),
        bids: createBidStore(database),
        seals: createSealStore(database),
        encounters: createEncounterStore(database),
        balanceOf: deps.accounts.balanceOf,
        options: config.creator,
      })
    : null
  const encoder = plays('encoder')
    ? createEncoder({
        ...common,
        jobs: encoderJobs,
        options: { ...config.encoder, prices: pricesOf(config), terms: termsOf(config.encoder) },
      })
    : null
  const arbiter = plays('arbiter') ? createArbiter({ ...common, options: config.arbiter }) : null
  const freeSlots = (): number =>
    encoder && deps.readiness.obstacle() === null
      ? Math.max(0, config.encoder.slots - encoderJobs.unfinished().filter(isOccupying).length)
      : 0
  return {
    creator,
    encoder,
    arbiter,
    freeSlots,
    advance: () => eachApart([creator, encoder, arbiter], (role) => role?.advance()),
  }
}

/** What a peer asks for a minute of each rendition, as it publishes it. */
export function pricesOf({ encoder }: Pick<PeerConfig, 'encoder'>): readonly RenditionPrice[] {
  const { pricePercent, priceList } = encoder
  const own: Readonly<Partial<Record<string, MilliHbd>>> = priceList?.perMinute ?? {}
  const listed = defaultPrices.map(({ rendition, perMinute }) => ({
    rendition,
    perMinute: own[rendition] ?? perMinute,
  }))
  return scalePrices(listed, pricePercent)
}

/** What its bids follow besides. */
function termsOf({ priceList }: PeerConfig['encoder']): PriceTerms {
  if (!priceList) return plainTerms
  const { perMinute: _, ...terms } = priceList
  return terms
}
