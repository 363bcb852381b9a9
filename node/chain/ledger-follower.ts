import type { Network } from '#contracts/block-context.ts'
import type { Divergence } from '#contracts/checkpoints.ts'
import { divergenceOf } from '#contracts/checkpoints.ts'
import type { Folded, OperationRecord } from '#contracts/fold.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { LedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { BlockHeight } from '#protocol/ids.ts'
import type { Logger } from '../logger.ts'
import type { AgreedBlocks } from './agreed-blocks.ts'
import type { SourcedBlock } from './block-source.ts'
import { rangeLimit } from './block-source.ts'
import { pause } from './hive-rpc.ts'
import { nextHeight, restoreLedger } from './restore-ledger.ts'

export type FollowerOptions = {
  readonly chainId: string
  /** First block that is read: nothing of the market is older. */
  readonly genesisHeight: number
  readonly pollMs: number
  /** Whose published checkpoints are this node's own; null for a ledger that is nobody's. */
  readonly account: HiveAccount | null
  /** Last block that is read, where it is not the chain's. */
  readonly lastHeight?: number
}

export type FollowerDeps = {
  readonly chain: AgreedBlocks
  readonly store: LedgerStore
  readonly outbox: OutboxStore
  readonly state: NodeState
  readonly network: Network
  readonly logger: Logger
  /** Called after blocks were folded and stored, with what became of each of their operations. */
  readonly onBlocks: (records: readonly OperationRecord[]) => void
}

export interface LedgerFollower {
  readonly view: LedgerView
  /** Irreversible blocks that are not folded yet, as far as is known; null before the chain was reached. */
  behind(): number | null
  /** What published checkpoints say against this ledger; null where nothing does. */
  divergence(): Divergence | null
  /**
   * Folds every block that is irreversible by now. Rejects with `chain-unavailable`, `chain-foreign` or `chain-inconsistent`,
   * and keeps what was folded before. One call at a time.
   */
  catchUp(signal: AbortSignal): Promise<void>
  /** Follows the chain until stopped. Never rejects: a chain that cannot be reached or believed is tried again. */
  run(signal: AbortSignal): Promise<void>
}

/** Entries of the state that a block pays for writing down. */
const entriesPerBlock = 1

/** Blocks behind the chain from which on nothing may be decided by time. */
const syncedWithin = 20

/**
 * Folds irreversible blocks into the ledger. Blocks, the ledger's place among them and what they decide about this node's own
 * transactions are stored in one step; the ledger itself is folded again from the last snapshot after a restart.
 */
export function createLedgerFollower(deps: FollowerDeps, options: FollowerOptions): LedgerFollower {
  let ledger = restoreLedger(deps, options)
  let isSynced = false
  /** Height of the last snapshot, as far as this process knows. */
  let snapshotAt = ledger.checkpoint.height
  let lastKnown: BlockHeight | null = null
  /** Blocks asked for at a time; fewer after a failure, because the answer may have been too large or too slow. */
  let batch = rangeLimit
  let divergence: Divergence | null = null
  /** Folds onto the ledger as it is, so that blocks that were checked need not be folded again to be kept. */
  const folds = new Map<readonly SourcedBlock[], Folded>()

  const fold = (blocks: readonly SourcedBlock[]): Folded => {
    const known = folds.get(blocks)
    if (known) return known
    const read = blocks.map(({ block }) => block)
    const folded = foldBlocks(ledger, read, deps.network)
    folds.set(blocks, folded)
    return folded
  }

  const judge = (): void => {
    const before = divergence
    divergence = options.account === null ? null : divergenceOf(ledger, options.account)
    if (divergence && divergence.differing.length !== before?.differing.length)
      deps.logger.error('ledger diverged: others came to another state from the same blocks', {
        ...divergence,
      })
    if (before && !divergence) deps.logger.warn('ledger no longer contradicted', {})
  }

  /**
   * At a checkpoint, when enough was read since the last snapshot to be worth writing the whole state down: each block pays for a few
   * entries, whatever the state has grown to.
   */
  const isSnapshotDue = ({ checkpoint, jobs, nodes, standings }: Ledger): boolean => {
    if (checkpoint.height === ledger.checkpoint.height) return false
    const entries = jobs.size + nodes.size + standings.size
    if (entriesPerBlock * (checkpoint.height - snapshotAt) < entries) return false
    snapshotAt = checkpoint.height
    return true
  }

  const keep = (blocks: readonly SourcedBlock[]): void => {
    const folded = fold(blocks)
    folds.clear()
    deps.state.atomically(() => {
      deps.store.append(blocks.map(({ block }) => block))
      if (deps.outbox.undecided().length > 0)
        for (const block of blocks) decideOutbox(deps.outbox, block)
      if (isSnapshotDue(folded.ledger)) deps.store.saveSnapshot(folded.ledger)
    })
    ledger = folded.ledger
    judge()
    logRefusals(deps.logger, folded.records)
    deps.onBlocks(folded.records)
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
      if (nextHeight(ledger, options) === first) fold(blocks)
    }
    return deps.chain.range(first, end, check, signal)
  }

  const catchUp = async (signal: AbortSignal): Promise<void> => {
    lastKnown = await deps.chain.lastIrreversible(signal)
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
      keep(blocks)
    }
    isSynced = true
  }

  judge()
  return {
    view: {
      current: () => ledger,
      isSynced: () => isSynced && ledger.head !== null,
      isTrusted: () => divergence === null,
    },
    behind: () =>
      lastKnown === null ? null : Math.max(0, lastKnown - nextHeight(ledger, options) + 1),
    divergence: () => divergence,
    catchUp,
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await catchUp(signal)
        } catch (error) {
          if (signal.aborted) return
          deps.logger.warn('chain not followed', { height: ledger.head?.height ?? 0 }, error)
        }
        await pause(options.pollMs, signal)
      }
    },
  }
}

/**
 * Confirms this node's transactions that the block has and gives up those that no later block can have:
 * hived takes a transaction only while the block before is older than its expiration.
 */
function decideOutbox(outbox: OutboxStore, { block, transactions }: SourcedBlock): void {
  const undecided = outbox.undecided()
  if (undecided.length === 0) return
  const included = new Set(transactions)
  for (const { id, expires } of undecided) {
    if (included.has(id)) outbox.confirm(id, block.height)
    else if (block.time >= expires) outbox.expire(id)
  }
}

function logRefusals(logger: Logger, records: readonly OperationRecord[]): void {
  for (const { refusal, height, transaction } of records) {
    if (refusal && refusal !== 'not-ours')
      logger.debug('operation refused', { height, transaction, refusal })
  }
}
