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
  /**
   * Makes one result of those of ranges that follow each other from a ledger on. Given, ranges are kept together while there are
   * more to come: each that is kept costs as much as its work.
   */
  readonly join?: (before: Ledger, results: readonly Result[]) => Result
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

/** Blocks, and operations in them, that are kept together at the most, give or take a range that was asked for. */
const togetherMost = { blocks: 1_000, operations: 5_000 }

/** Blocks behind the chain from which on nothing may be decided by time. */
const syncedWithin = 20

/** Reads irreversible blocks, folds them and has them kept, a range at a time; the next range is asked for meanwhile. */
export function createBlockFollower<Result extends Folded>(
  { chain, start, fold, join, keep, onKept }: BlockFollowerDeps<Result>,
  options: BlockFollowerOptions,
): BlockFollower {
  let ledger = start
  /** The ledger with the ranges that are to be kept: what the next range is checked on. */
  let tip = start
  /** Ranges between the ledger and the tip. */
  let unkept: { readonly blocks: readonly SourcedBlock[]; readonly folded: Result }[] = []
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

  const advance = (blocks: readonly SourcedBlock[]): void => {
    const folded = foldOnce(blocks)
    folds.clear()
    tip = folded.ledger
    unkept.push({ blocks, folded })
  }

  const isEnough = (): boolean => {
    const count = (of: (range: (typeof unkept)[number]) => number) =>
      unkept.reduce((sum, range) => sum + of(range), 0)
    return (
      join === undefined ||
      count(({ blocks }) => blocks.length) >= togetherMost.blocks ||
      count(({ folded }) => folded.records.length) >= togetherMost.operations
    )
  }

  const keepAll = async (): Promise<void> => {
    const [first] = unkept
    if (!first) return
    const blocks = unkept.flatMap((range) => range.blocks)
    const results = unkept.map((range) => range.folded)
    const folded = join && results.length > 1 ? join(ledger, results) : first.folded
    const range = { blocks, before: ledger, folded, isSnapshotDue: isSnapshotDue(folded.ledger) }
    unkept = []
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
    let next = ask(nextHeight(tip, options), last, signal)
    try {
      while (next !== null) {
        if (last - nextHeight(tip, options) >= syncedWithin) isSynced = false
        const blocks = await next.catch((error: unknown) => {
          batch = Math.max(1, batch >> 1)
          throw error
        })
        batch = Math.min(rangeLimit, 2 * batch)
        // The endpoints look for the next blocks while these are folded.
        next = ask(BlockHeight.parse(nextHeight(tip, options) + blocks.length), last, signal)
        next?.catch(() => undefined)
        advance(blocks)
        if (isEnough()) await keepAll()
      }
    } finally {
      // Whatever ended it: what was read is not read again.
      await keepAll()
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
