import type { MilliHbd } from '#protocol/amount.ts'
import type { PartRange } from '#protocol/grid.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import type { Bidding, SelectionMode } from '#protocol/selection.ts'
import type { MarketErrorCode } from '../errors.ts'
import type { EncodeRequest } from '../ports/encoding-engine.ts'

/**
 * A video that is sold in ranges, on its creator's node. Each range is a job of its own, or several in turn; this says which they
 * are, and what has come of them.
 *
 *   working -> merging -> done
 *      '-> failed (a range came to nothing too often)
 */
type PhaseData = {
  readonly working: unknown
  /** Every range is won. */
  readonly merging: unknown
  readonly done: { readonly root: Cid; readonly manifest: Cid; readonly doneAt: number }
  readonly failed: { readonly code: MarketErrorCode; readonly message: string }
}

type SplitPhase = keyof PhaseData
export type SplitJobIn<P extends SplitPhase> = P extends SplitPhase
  ? Split & { readonly phase: P } & PhaseData[P]
  : never
export type SplitJob = SplitJobIn<SplitPhase>

type Split = {
  /** What the offers of its ranges name as the whole. No job of the chain has it. */
  readonly id: JobId
  /** Of the whole video. */
  readonly terms: EncodeRequest['terms']
  /** Determinism class, by the recipe, of all who may encode a range: one tree is of one class. */
  readonly class: Cid
  /** The most that all encoders together are paid. */
  readonly ceiling: MilliHbd
  readonly selection: SelectionMode
  readonly bidding: Bidding
  /** Milliseconds since 1970. */
  readonly postedAt: number
  readonly ranges: readonly SoldRange[]
}

/** A range, the jobs it was offered as, the oldest first, and the one that brought it. */
export type SoldRange = {
  readonly range: PartRange
  /** What of the ceiling is its share. */
  readonly ceiling: MilliHbd
  readonly jobs: readonly JobId[]
  readonly won: WonRange | null
}

/** The first delivery of a range that was checked, found good and paid. */
export type WonRange = {
  readonly job: JobId
  readonly encoder: HiveAccount
  readonly root: Cid
  readonly manifest: Cid
  readonly paid: MilliHbd
  /** Of chain time, from the acceptance to the delivery. */
  readonly seconds: number
}
