import type { MilliHbd } from '#protocol/amount.ts'
import type { Sha256 } from '#protocol/canonical.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ContentStore } from '../../ports/content-store.ts'
import type { EncodingEngine } from '../../ports/encoding-engine.ts'
import type { LedgerView } from '../../ports/ledger-view.ts'
import type { Outbox } from '../../ports/outbox.ts'
import type { DeliveryChecker } from '../../ports/processing.ts'
import type { BackgroundWork } from '../background.ts'

/** What the arbiter's services need of the world. */
export type ArbiterDeps = {
  readonly account: HiveAccount
  readonly operationId: string
  readonly outbox: Outbox
  readonly ledger: LedgerView
  readonly checker: DeliveryChecker
  readonly engine: Pick<EncodingEngine, 'proofOf' | 'prove'>
  readonly content: Pick<ContentStore, 'addBytes' | 'pin' | 'unpin'>
  readonly background: BackgroundWork
  readonly sha256: Sha256
  readonly options: { readonly fee: MilliHbd }
}
