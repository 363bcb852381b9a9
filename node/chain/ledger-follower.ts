import type { Network } from '#contracts/block-context.ts'
import type { Folded, OperationRecord } from '#contracts/fold.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { emptyLedger } from '#contracts/ledger.ts'
import type { LedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import { BlockHeight, Sha256Hex } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { Logger } from '../logger.ts'
import type { AgreedBlocks } from './agreed-blocks.ts'
import type { SourcedBlock } from './block-source.ts'
import { rangeLimit } from './block-source.ts'
import { pause } from './hive-rpc.ts'

export type FollowerOptions = {
  readonly chainId: string
  /** First block that is read: nothing of the market is older. */
  readonly genesisHeight: number
  readonly pollMs: number
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
  /**
   * Folds every block that is irreversible by now. Rejects with `chain-unavailable`, `chain-foreign` or `chain-inconsistent`,
   * and keeps what was folded before. One call at a time.
   */
  catchUp(signal: AbortSignal): Promise<void>
  /** Follows the chain until stopped. Never rejects: a chain that cannot be reached or believed is tried again. */
  run(signal: AbortSignal): Promise<void>
}

/** Blocks behind the chain from which on nothing may be decided by time. */
const syncedWithin = 20

/**
 * Folds irreversible blocks into the ledger. Blocks, the ledger's place among them and what they decide about this node's own
 * transactions are stored in one step; the ledger itself is folded again from the last snapshot after a restart.
 */
export function createLedgerFollower(deps: FollowerDeps, options: FollowerOptions): LedgerFollower {
  let ledger = restoreLedger(deps, options)
  let isSynced = false

  const fold = (blocks: readonly SourcedBlock[]): Folded =>
    foldBlocks(
      ledger,
      blocks.map(({ block }) => block),
      deps.network,
    )

  const keep = (blocks: readonly SourcedBlock[]): void => {
    const folded = fold(blocks)
    deps.state.atomically(() => {
      deps.store.append(blocks.map(({ block }) => block))
      for (const block of blocks) decideOutbox(deps.outbox, block)
      if (folded.ledger.checkpoint.height !== ledger.checkpoint.height)
        deps.store.saveSnapshot(folded.ledger)
    })
    ledger = folded.ledger
    logRefusals(deps.logger, folded.records)
    deps.onBlocks(folded.records)
  }

  const catchUp = async (signal: AbortSignal): Promise<void> => {
    const last = await deps.chain.lastIrreversible(signal)
    for (
      let first = nextHeight(ledger, options);
      first <= last;
      first = nextHeight(ledger, options)
    ) {
      if (last - first > syncedWithin) isSynced = false
      const end = BlockHeight.parse(Math.min(last, first + rangeLimit - 1))
      keep(await deps.chain.range(first, end, fold, signal))
    }
    isSynced = true
  }

  return {
    view: { current: () => ledger, isSynced: () => isSynced && ledger.head !== null },
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

/** The name of a network's first state: ledgers of different chains never agree by accident. */
function genesisHash(
  { chainId, genesisHeight }: FollowerOptions,
  { operationId, sha256 }: Network,
): Sha256Hex {
  return Sha256Hex.parse(canonicalHash({ chainId, genesisHeight, operationId }, sha256))
}

/**
 * The ledger as it was stored: the newest good snapshot and the blocks behind it, as far as they are whole and follow one another.
 * What does not is forgotten and read from the chain again.
 */
function restoreLedger({ store, network, logger }: FollowerDeps, options: FollowerOptions): Ledger {
  const snapshot = store.snapshot()
  const start =
    snapshot ?? emptyLedger(genesisHash(options, network), BlockHeight.parse(options.genesisHeight))
  let ledger = start
  try {
    for (const block of store.blocksFrom(nextHeight(start, options)))
      ledger = followed(ledger, block, network, options)
  } catch (error) {
    logger.warn('stored blocks forgotten', { from: nextHeight(ledger, options) }, error)
  }
  store.forgetFrom(nextHeight(ledger, options))
  const height = ledger.head?.height ?? 0
  logger.debug('ledger restored', { snapshot: snapshot?.head?.height ?? 0, height })
  return ledger
}

function followed(
  ledger: Ledger,
  block: LedgerBlock,
  network: Network,
  options: FollowerOptions,
): Ledger {
  const wanted = nextHeight(ledger, options)
  if (block.height !== wanted)
    throw new Error(`block ${wanted} is missing in the store before block ${block.height}`)
  return foldBlocks(ledger, [block], network).ledger
}

function nextHeight({ head }: Ledger, { genesisHeight }: FollowerOptions): BlockHeight {
  return BlockHeight.parse(head ? head.height + 1 : genesisHeight)
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
