import type { Folded } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { BlockHeight } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { AgreedBlocks } from './agreed-blocks.ts'
import type { SourcedBlock } from './block-source.ts'
import { rangeLimit } from './block-source.ts'
import { nextHeight } from './restore-ledger.ts'

export type BlockFollowerOptions = {
  /** First block that is read: nothing of the market is older. */
  readonly genesisHeight: number
  /** Last block that is read, where it is not the chain's. */
  readonly lastHeight?: number
}

/** A range of blocks and what came of it. */
export type FollowedRange<Result extends Folded> = {
  readonly blocks: readonly SourcedBlock[]
  readonly before: Ledger
  readonly folded: Result
  /** True where the whole state is worth writing down again. */
  readonly isSnapshotDue: boolean
}

export type BlockFollowerDeps<Result extends Folded> = {
  readonly chain: AgreedBlocks
  /** The ledger as it was kept. */
  readonly start: Ledger
  /** Pure; throws an InconsistentBlockError for blocks that cannot be true. */
  readonly fold: (ledger: Ledger, blocks: readonly LedgerBlock[]) => Result
  /** Keeps a range for good. The ledger moves on when it has, and stays as it was where it throws. */
  readonly keep: (range: FollowedRange<Result>) => void | Promise<void>
  /** Called when a range was kept and is in the ledger. */
  readonly onKept: (folded: Result) => void
}

export interface BlockFollower {
  /** The ledger after the last range that was kept. */
  current(): Ledger
  /** True while every irreversible block that is known of was seen. */
  isSynced(): boolean
  /** Irreversible blocks that are not folded yet, as far as is known; null before the chain was reached. */
  behind(): number | null
  /**
   * Folds and keeps every block that is irreversible by now. Rejects with `chain-unavailable`, `chain-foreign` or
   * `chain-inconsistent`, or as `keep` did, and has what was kept before. One call at a time.
   */
  catchUp(signal: AbortSignal): Promise<void>
}

/** Entries of the state that a block pays for writing down. */
const entriesPerBlock = 1

/** Blocks behind the chain from which on nothing may be decided by time. */
const syncedWithin = 20

/** Reads irreversible blocks, folds them and has them kept, a range at a time; the next range is asked for meanwhile. */
export function createBlockFollower<Result extends Folded>(
  { chain, start, fold, keep, onKept }: BlockFollowerDeps<Result>,
  options: BlockFollowerOptions,
): BlockFollower {
  let ledger = start
  /** The ledger with the range that is being kept: what the next range is checked on. */
  let tip = start
  let isSynced = false
  /** Height of the last snapshot, as far as this process knows. */
  let snapshotAt = start.checkpoint.height
  let lastKnown: BlockHeight | null = null
  /** Blocks asked for at a time; fewer after a failure, because the answer may have been too large or too slow. */
  let batch = rangeLimit
  /** Folds onto the tip, so that blocks that were checked need not be folded again to be kept. */
  const folds = new Map<readonly SourcedBlock[], Result>()

  const foldOnce = (blocks: readonly SourcedBlock[]): Result => {
    const known = folds.get(blocks)
    if (known) return known
    const read = blocks.map(({ block }) => block)
    const folded = fold(tip, read)
    folds.set(blocks, folded)
    return folded
  }

  /**
   * At a checkpoint, when enough was read since the last snapshot to be worth writing the whole state down: each block pays for a few
   * entries, whatever the state has grown to.
   */
  const isSnapshotDue = ({ checkpoint, jobs, nodes, standings }: Ledger): boolean => {
    if (checkpoint.height === ledger.checkpoint.height) return false
    const entries = jobs.size + nodes.size + standings.size
    return entriesPerBlock * (checkpoint.height - snapshotAt) >= entries
  }

  const advance = async (blocks: readonly SourcedBlock[]): Promise<void> => {
    const folded = foldOnce(blocks)
    const range = { blocks, before: ledger, folded, isSnapshotDue: isSnapshotDue(folded.ledger) }
    folds.clear()
    tip = folded.ledger
    try {
      await keep(range)
    } catch (error) {
      tip = ledger
      folds.clear()
      throw error
    }
    if (range.isSnapshotDue) snapshotAt = folded.ledger.checkpoint.height
    ledger = folded.ledger
    onKept(folded)
  }

  /** Asks for the blocks from a height on; null where there are none that are wanted. */
  const ask = (
    first: BlockHeight,
    last: number,
    signal: AbortSignal,
  ): Promise<readonly SourcedBlock[]> | null => {
    if (first > last) return null
    const end = BlockHeight.parse(Math.min(last, first + batch - 1))
    // What was asked for ahead of a step that failed is not wanted any more, and says nothing of who served it.
    const check = (blocks: readonly SourcedBlock[]): void => {
      if (nextHeight(tip, options) === first) foldOnce(blocks)
    }
    return chain.range(first, end, check, signal)
  }

  const catchUp = async (signal: AbortSignal): Promise<void> => {
    lastKnown = await chain.lastIrreversible(signal)
    const last = Math.min(lastKnown, options.lastHeight ?? lastKnown)
    let next = ask(nextHeight(ledger, options), last, signal)
    while (next !== null) {
      if (last - nextHeight(ledger, options) >= syncedWithin) isSynced = false
      const blocks = await next.catch((error: unknown) => {
        batch = Math.max(1, batch >> 1)
        throw error
      })
      batch = Math.min(rangeLimit, 2 * batch)
      // The endpoints look for the next blocks while these are folded.
      next = ask(BlockHeight.parse(nextHeight(ledger, options) + blocks.length), last, signal)
      next?.catch(() => undefined)
      await advance(blocks)
    }
    isSynced = true
  }

  return {
    current: () => ledger,
    isSynced: () => isSynced && ledger.head !== null,
    behind: () =>
      lastKnown === null ? null : Math.max(0, lastKnown - nextHeight(ledger, options) + 1),
    catchUp,
  }
}
