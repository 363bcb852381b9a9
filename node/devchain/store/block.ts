import type { SignedBlockHeader } from '../hive/block-header.ts'
import type { RecordedOperation } from '../operations/operation.ts'
import type { StateChanges } from '../state/state.ts'
import type { SealedTransaction } from '../transactions/sealed-transaction.ts'

/** `trx_in_block` of what no transaction caused. */
export const blockLevel = 0xffff_ffff

/** An operation and its place. Numbers within a transaction count consequences too. */
export type BlockOperation = {
  readonly operation: RecordedOperation
  readonly trxInBlock: number
  readonly opInTrx: number
}

/** A finished block and all that it changed, ready to be stored. */
export type Block = {
  readonly number: number
  readonly id: string
  readonly header: SignedBlockHeader
  readonly transactions: readonly SealedTransaction[]
  /** In the order in which they ran. */
  readonly operations: readonly BlockOperation[]
  readonly changes: StateChanges
}
