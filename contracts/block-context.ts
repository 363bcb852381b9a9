import type { Sha256 } from '#protocol/canonical.ts'
import type { BlockHeight, BlockId, ChainTime, HiveAccount, TransactionId } from '#protocol/ids.ts'
import type { ActivationHeights } from './activation.ts'

/** A block as far as contracts look at it. */
export type BlockContext = {
  readonly height: BlockHeight
  readonly id: BlockId
  readonly time: ChainTime
}

/** All a reducer may know besides state and action. */
export type OperationContext = BlockContext & {
  readonly transaction: TransactionId
  readonly signer: HiveAccount
}

/** Where on the chain something happened: enough to link to it, and to compare it. */
export type ChainPoint = {
  readonly height: BlockHeight
  readonly time: ChainTime
  readonly transaction: TransactionId
}

/** What is fixed for one network and one program: not state, and the same for every block. */
export type Network = {
  /** Id of the market's custom_json, and `app` in the meta of its escrows. */
  readonly operationId: string
  /** Kinds of operations, and terms of them, that come into force at other heights than `activation.ts` says. */
  readonly activations?: Partial<ActivationHeights> | undefined
  readonly sha256: Sha256
}

export function chainPoint(
  context: BlockContext & { readonly transaction: TransactionId },
): ChainPoint {
  return { height: context.height, time: context.time, transaction: context.transaction }
}
