import type { Deed, Role } from '#contracts/deeds.ts'
import type { Escrow } from '#contracts/escrow.ts'
import type { EvidenceLink } from '#contracts/explain-standing.ts'
import type { Folded, OperationRecord } from '#contracts/fold.ts'
import type { Job } from '#contracts/job.ts'
import type { EscrowKey, Ledger } from '#contracts/ledger.ts'
import type { NodeRecord } from '#contracts/registry.ts'
import type { Score } from '#contracts/reputation.ts'
import type { RoleRecord } from '#contracts/standing.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { RenditionPrice } from '#protocol/encoder.ts'
import type { BlockHeight, BlockId, ChainTime, HiveAccount, JobId } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'

/** What became of one operation, and what it was. */
export type ProjectedOperation = OperationRecord & {
  readonly time: ChainTime
  /** The `t` of a custom_json that could be read, else the action's type; `block-end` for what the end of a block brought about. */
  readonly kind: string
  readonly signer: HiveAccount | null
  readonly job: JobId | null
  readonly action: LedgerAction | null
}

/** One step in a job's life. Steps stand in the order of the chain. */
export type ProjectedEvent = {
  readonly height: BlockHeight
  readonly position: number
  /** Place among the steps of one operation. */
  readonly ordinal: number
  readonly time: ChainTime
  readonly transaction: string
  readonly job: JobId
  /** A fact of the contracts; `escrow-paid` or `escrow-returned` for each part that was released to encoder or creator. */
  readonly type: string
  /** Who did it; null where the end of a block did. */
  readonly actor: HiveAccount | null
  /** To whom money went. */
  readonly receiver: HiveAccount | null
  /** The ceiling of an offer, the price of an award, what an accepted job's escrow holds, what was released, what the encoder had of a settled one. */
  readonly amount: MilliHbd | null
}

/** A price list as it stood from an operation on. */
export type ProjectedPrices = {
  readonly account: HiveAccount
  readonly height: number
  readonly position: number
  readonly time: ChainTime
  readonly transaction: string
  /** Null where the account no longer offers to encode. */
  readonly prices: readonly RenditionPrice[] | null
}

/** What somebody had of an escrow: the encoder its pay, the arbiter its fee, the creator what came back. */
export type ProjectedReceipt = {
  readonly account: HiveAccount
  readonly role: Role
  readonly height: number
  readonly position: number
  readonly time: ChainTime
  readonly transaction: string
  readonly job: JobId
  readonly amount: MilliHbd
}

export type ProjectedStanding = {
  readonly account: HiveAccount
  readonly role: Role
  /** As of the last block that changed the account's own record, or of a later checkpoint. */
  readonly score: Score
  /** Of the last block in the range that changed the account's own record or registration; null where none did. */
  readonly activeTime: ChainTime | null
  /** Null for who registered for a role that it has not played yet. */
  readonly record: RoleRecord | null
}

/** What a score was after a block. */
export type ProjectedPoint = Score & {
  readonly account: HiveAccount
  readonly role: Role
  readonly height: BlockHeight
  readonly time: ChainTime
  /** True where a deed moved it, and false for one of the steps in between. */
  readonly isDeed: boolean
}

/** One entry of {@link RoleRecord.good}; null where it came to nothing. */
export type ProjectedCustom = {
  readonly account: HiveAccount
  readonly role: Role
  readonly counterpart: HiveAccount
  readonly good: bigint | null
}

export type ProjectedDeed = Deed & {
  /** Place among the deeds of its job; never changes. */
  readonly place: number
  readonly links: readonly EvidenceLink[]
}

/** What a range of blocks changes in the tables. Depends on the blocks alone, not on how they were cut into ranges. */
export type Projection = {
  readonly operations: readonly ProjectedOperation[]
  readonly events: readonly ProjectedEvent[]
  readonly prices: readonly ProjectedPrices[]
  readonly receipts: readonly ProjectedReceipt[]
  readonly jobs: readonly Job[]
  readonly deeds: readonly ProjectedDeed[]
  readonly nodes: readonly NodeRecord[]
  readonly escrows: readonly Escrow[]
  readonly closedEscrows: readonly EscrowKey[]
  readonly standings: readonly ProjectedStanding[]
  readonly endedStandings: readonly Pick<ProjectedStanding, 'account' | 'role'>[]
  readonly custom: readonly ProjectedCustom[]
  readonly points: readonly ProjectedPoint[]
}

export type Projected = Folded & { readonly projection: Projection }

/** The last block that the tables have. */
export type ProjectionHead = { readonly height: BlockHeight; readonly block: BlockId }

/** Chain and market that the tables are of. */
export type ProjectionSource = {
  readonly chainId: string
  readonly operationId: string
  readonly genesisHeight: number
}

export interface ProjectionStore {
  /** Where the tables are; null before the first block. Rejects with `data-foreign` where they are of another chain or market. */
  head(): Promise<ProjectionHead | null>
  /** The newest snapshot that is whole and not beyond the head; null where there is none. */
  snapshot(): Promise<Ledger | null>
  /** The blocks from a height on as they were applied, a range at a time. */
  blocksFrom(height: BlockHeight): AsyncIterable<readonly LedgerBlock[]>
  /**
   * Applies a range in one transaction with the head: all of it, or nothing. `overtaken` where the tables are not at the block
   * before the range, because this range, or another one, was applied already; then nothing is changed.
   */
  apply(range: ProjectedRange): Promise<'applied' | 'overtaken'>
  /** Forgets everything, for a projection from the first block on. */
  clear(): Promise<void>
}

export type ProjectedRange = {
  readonly before: Ledger
  readonly blocks: readonly LedgerBlock[]
  readonly projected: Projected
  readonly isSnapshotDue: boolean
}
