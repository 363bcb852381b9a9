import type { ActivationHeights } from '#contracts/activation.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { PriceTerms } from '#protocol/price-list.ts'
import type { Clock } from '../../ports/clock.ts'
import type { EncodingEngine } from '../../ports/encoding-engine.ts'
import type { EncoderJobStore } from '../../ports/job-stores.ts'
import type { LedgerView } from '../../ports/ledger-view.ts'
import type { EnvelopeSigner, MarketNetwork } from '../../ports/market-network.ts'
import type { NodeState } from '../../ports/node-state.ts'
import type { Outbox } from '../../ports/outbox.ts'
import type { JobProcessor } from '../../ports/processing.ts'
import type { Readiness } from '../../ports/readiness.ts'
import type { BackgroundWork } from '../background.ts'

/** What the encoder's services need of the world. */
export type EncoderDeps = {
  readonly account: HiveAccount
  readonly operationId: string
  /** What comes into force at other heights than the contracts say. */
  readonly activations?: Partial<ActivationHeights> | undefined
  readonly state: NodeState
  readonly jobs: EncoderJobStore
  readonly outbox: Outbox
  readonly ledger: LedgerView
  readonly network: MarketNetwork
  readonly signer: EnvelopeSigner
  readonly engine: EncodingEngine
  readonly processor: JobProcessor
  readonly background: BackgroundWork
  readonly readiness: Readiness
  readonly clock: Clock
  readonly sha256: Sha256
  readonly randomHex: (bytes: number) => string
  readonly options: EncoderOptions
  /** Told why an offer gets no bid, once for each reason. */
  readonly onDecline?: (job: JobId, reason: string) => void
  /** Told of a job of an earlier version that is let go because its recipe is no more. */
  readonly onRetire?: (job: JobId, recipe: string) => void
}

type EncoderOptions = {
  readonly prices: readonly RenditionPrice[]
  /** What prices follow besides; absent for nothing but the work. */
  readonly terms?: PriceTerms
  /** Jobs taken at a time; a firm bid counts as one. */
  readonly slots: number
  /** Seconds of chain time for which a bid stays firm after bidding has closed. */
  readonly firmSeconds: number
  /** Seconds of chain time promised on top of the work. */
  readonly marginSeconds: number
}
