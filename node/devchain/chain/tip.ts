import { blockProducer } from '../hive/limits.ts'
import { createWitnessSigner } from '../hive/witness-signature.ts'
import { devchainSecret } from '../keys.ts'
import type { State } from '../state/state.ts'
import { applyStateChanges, changesOf } from '../state/state.ts'
import type { Block } from '../store/block.ts'
import type { ChainStore } from '../store/chain-store.ts'
import type { Head } from '../store/head.ts'
import type { Surroundings } from './apply-transaction.ts'
import { buildBlock } from './build-block.ts'
import type { PendingTransaction } from './pool.ts'
import { newestHead, taposPrefixAt } from './stored-chain.ts'
import { createUndoLog } from './undo-log.ts'

/** Where blocks are put on and taken off. */
export interface Tip {
  readonly head: Head
  /** Number of the newest block that can not be taken off. It never falls. */
  readonly lastIrreversible: number
  /** The state after the head block. It is changed in place. */
  readonly state: State
  readonly surroundings: () => Surroundings
  /** Puts a block on. */
  append(candidates: readonly PendingTransaction[]): Block
  /** Takes blocks off, no more than are reversible, and begins another branch. */
  rewind(depth: number): void
  /** From now on this many of the newest blocks stay reversible. */
  setLag(blocks: number): void
}

export type TipDeps = {
  readonly store: ChainStore
  /** The time of the block after one of a given time, in seconds. */
  readonly nextBlockTime: (previous: number) => number
}

export function createTip({ store, nextBlockTime }: TipDeps): Tip {
  const state = store.loadState()
  const undoLog = createUndoLog()
  const signer = createWitnessSigner(devchainSecret(blockProducer, 'active'))
  let head = newestHead(store)
  let lastIrreversible = head.number
  let lag = 0
  const surroundings = (): Surroundings => ({
    head,
    taposPrefix: (refBlockNum) => taposPrefixAt(store, head, refBlockNum),
  })
  const settle = (): void => {
    lastIrreversible = Math.max(lastIrreversible, head.number - lag)
    undoLog.keep(head.number - lastIrreversible)
  }
  return {
    get head() {
      return head
    },
    get lastIrreversible() {
      return lastIrreversible
    },
    state,
    surroundings,
    append: (candidates) => {
      const plan = { time: nextBlockTime(head.time), witness: witnessOf(store.branch), candidates }
      const block = buildBlock(plan, state, surroundings(), signer)
      store.append(block)
      undoLog.push(applyStateChanges(state, block.changes))
      head = { number: block.number, id: block.id, time: plan.time }
      settle()
      return block
    },
    rewind: (depth) => {
      const undo = changesOf(undoLog.rewind(state, depth))
      applyStateChanges(state, undo)
      store.rewind(head.number - depth, undo)
      head = newestHead(store)
    },
    setLag: (blocks) => {
      lag = blocks
      settle()
    },
  }
}

/** Each branch has a witness of its own, so that no block of one has the id of a block of another. */
function witnessOf(branch: number): string {
  return branch === 0 ? blockProducer : `fork-${branch}`
}
