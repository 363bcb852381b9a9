import type { ActivationHeights } from '#contracts/activation.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { Codec } from '#protocol/recipe.ts'
import type { Bidding } from '#protocol/selection.ts'
import type { CreatorJob } from '../../domain/creator-job.ts'
import type { Patience } from '../../domain/offer-terms.ts'
import type { Selection } from '../../domain/selection.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ContentStore } from '../../ports/content-store.ts'
import type { EncodingEngine } from '../../ports/encoding-engine.ts'
import type {
  BidStore,
  CreatorJobStore,
  EncounterStore,
  JobEventStore,
  SealStore,
  SplitJobStore,
} from '../../ports/job-stores.ts'
import type { LedgerView } from '../../ports/ledger-view.ts'
import type { MarketNetwork } from '../../ports/market-network.ts'
import type { NodeState } from '../../ports/node-state.ts'
import type { Outbox } from '../../ports/outbox.ts'
import type { DeliveryChecker, JobTrees, RangeMerger } from '../../ports/processing.ts'
import type { Readiness } from '../../ports/readiness.ts'
import type { Replicator } from '../../ports/replication.ts'
import type { BackgroundWork } from '../background.ts'
import type { ProgressBoard } from './progress-board.ts'
import type { StandIns } from './stand-in.ts'

/** What the creator's services need of the world. */
export type CreatorDeps = {
  readonly account: HiveAccount
  readonly operationId: string
  /** What comes into force at other heights than the contracts say. */
  readonly activations?: Partial<ActivationHeights> | undefined
  readonly state: NodeState
  readonly jobs: CreatorJobStore
  readonly splits: SplitJobStore
  readonly bids: BidStore
  readonly seals: SealStore
  readonly encounters: EncounterStore
  readonly events: JobEventStore
  readonly outbox: Outbox
  readonly ledger: LedgerView
  readonly network: MarketNetwork
  readonly engine: EncodingEngine
  readonly content: ContentStore
  readonly checker: DeliveryChecker
  readonly merger: RangeMerger
  /** Absent where this node's own copy is enough. */
  readonly replicator?: Replicator | undefined
  readonly trees: JobTrees
  readonly background: BackgroundWork
  readonly readiness: Readiness
  /** Liquid HBD of an account, as the chain has it now. */
  readonly balanceOf: (account: HiveAccount) => Promise<MilliHbd>
  readonly clock: Clock
  readonly randomHex: (bytes: number) => string
  readonly sha256: Sha256
  readonly options: CreatorOptions
}

/** The same, with what only a running creator knows. */
export type CreatorContext = CreatorDeps & {
  /** Chain time from which on this node has been able to hear bids; null while it has seen no block. */
  readonly listeningSince: () => ChainTime | null
  /** How far the encoder of a job said it was last, in percent of its encoding; null where it has not been heard. */
  readonly heardOf: ProgressBoard['of']
}

export type CreatorOptions = Patience & {
  /** The default ceiling of a job in percent of its price by the network's usual price list. */
  readonly ceilingPercent: bigint
  /** The most that a job may cost, fee included; without one there is no limit. */
  readonly escrowLimit?: MilliHbd | undefined
  /** The most that is released from one escrow without the owner's word; without one there is no limit. */
  readonly releaseLimit?: MilliHbd | undefined
  /** What jobs are encoded in whose request does not say; absent for H.264. */
  readonly codec?: Codec
  /** How bids come of jobs whose request does not say; absent for open ones. */
  readonly bidding?: Bidding
  /** Jobs that follow where encoders fail; absent for none. */
  readonly standIns?: StandIns
  /** Its mode is that of jobs whose request does not say. */
  readonly selection: Selection
}

/** An event without what saving it adds. */
export type Unstamped<E> = E extends JobEvent ? Omit<E, 'at' | 'job'> : never

/** Stores a job's next state and what is to be told about it, in one step with whatever surrounds it. */
export function saveJob(
  { jobs, events, clock }: Pick<CreatorDeps, 'jobs' | 'events' | 'clock'>,
  job: CreatorJob,
  ...told: readonly Unstamped<JobEvent>[]
): void {
  jobs.save(job)
  for (const event of told) events.append({ ...event, job: job.id, at: clock.now() } as JobEvent)
}
