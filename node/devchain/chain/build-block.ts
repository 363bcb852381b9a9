import type { BlockHeader } from '../hive/block-header.ts'
import { blockId, blockNumber, headerDigest } from '../hive/block-header.ts'
import { HiveError } from '../hive/hive-error.ts'
import { limits } from '../hive/limits.ts'
import { merkleRoot } from '../hive/merkle.ts'
import type { WitnessSigner } from '../hive/witness-signature.ts'
import type { RecordedOperation } from '../operations/operation.ts'
import type { State, StateOverlay } from '../state/state.ts'
import { changesOf, commitOverlay, createStateOverlay } from '../state/state.ts'
import type { Block, BlockOperation } from '../store/block.ts'
import { blockLevel } from '../store/block.ts'
import type { SealedTransaction } from '../transactions/sealed-transaction.ts'
import type { Surroundings } from './apply-transaction.ts'
import { applyTransaction } from './apply-transaction.ts'
import { endBlock } from './end-of-block.ts'
import type { PendingTransaction } from './pool.ts'

export type BlockPlan = {
  readonly time: number
  readonly witness: string
  readonly candidates: readonly PendingTransaction[]
}

type Applied = {
  readonly sealed: SealedTransaction
  readonly operations: readonly RecordedOperation[]
}

/**
 * Makes the next block on a copy of the head's state: transactions in order, with the head's time as "now"; then the
 * end-of-block work with the new block's time. What no longer applies, or does not fit, is left out in silence.
 */
export function buildBlock(
  plan: BlockPlan,
  headState: State,
  surroundings: Surroundings,
  signer: WitnessSigner,
): Block {
  const state = createStateOverlay(headState)
  const applied = applyCandidates(plan, state, surroundings)
  const consequences = endBlock(state, { now: plan.time, witness: plan.witness })
  const transactions = applied.map(({ sealed }) => sealed)
  const header = signHeader(
    {
      previous: surroundings.head.id,
      time: plan.time,
      witness: plan.witness,
      merkleRoot: merkleRoot(transactions.map(({ merkleDigest }) => merkleDigest)),
    },
    signer,
  )
  const id = blockId(header)
  return {
    number: blockNumber(id),
    id,
    header,
    transactions,
    operations: placeOperations(applied, consequences),
    changes: changesOf(state),
  }
}

function applyCandidates(
  { time, candidates }: BlockPlan,
  state: StateOverlay,
  surroundings: Surroundings,
): readonly Applied[] {
  const applied: Applied[] = []
  let room = limits.maximumBlockSize - limits.blockHeadroom
  for (const { sealed, forgottenFrom } of candidates) {
    if (forgottenFrom < time || sealed.size > room) continue
    const operations = applyQuietly(sealed, state, surroundings)
    if (operations === null) continue
    room -= sealed.size
    applied.push({ sealed, operations })
  }
  return applied
}

function applyQuietly(
  sealed: SealedTransaction,
  state: StateOverlay,
  surroundings: Surroundings,
): readonly RecordedOperation[] | null {
  const copy = createStateOverlay(state)
  try {
    const operations = applyTransaction(sealed, copy, surroundings)
    commitOverlay(copy)
    return operations
  } catch (error) {
    if (error instanceof HiveError) return null
    throw error
  }
}

/** Consequences of the block itself count from 1. */
function placeOperations(
  applied: readonly Applied[],
  consequences: readonly RecordedOperation[],
): readonly BlockOperation[] {
  const inTransactions = applied.flatMap(({ operations }, trxInBlock) =>
    operations.map((operation, opInTrx) => ({ operation, trxInBlock, opInTrx })),
  )
  const inBlock = consequences.map((operation, index) => ({
    operation,
    trxInBlock: blockLevel,
    opInTrx: index + 1,
  }))
  return [...inTransactions, ...inBlock]
}

function signHeader(header: BlockHeader, signer: WitnessSigner): Block['header'] {
  return { ...header, signature: signer.sign(headerDigest(header)) }
}
