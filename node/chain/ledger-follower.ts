import type { Network } from '#contracts/block-context.ts'
import type { Divergence } from '#contracts/checkpoints.ts'
import { divergenceOf } from '#contracts/checkpoints.ts'
import type { OperationRecord } from '#contracts/fold.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { LedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { Told } from '#market/services/tell-history.ts'
import { foldTelling } from '#market/services/tell-history.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Logger } from '../logger.ts'
import type { AgreedBlocks } from './agreed-blocks.ts'
import type { FollowedRange } from './block-follower.ts'
import { createBlockFollower } from './block-follower.ts'
import type { SourcedBlock } from './block-source.ts'
import { pause } from './hive-rpc.ts'
import { restoreLedger } from './restore-ledger.ts'

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
  /** Where it is kept what blocks told besides, with them; absent where nobody wants to look at it. */
  readonly history?: {
    readonly keep: (told: Told) => void
    /** Called after they were stored. */
    readonly onKept: (told: Told) => void
  }
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

const nothingTold: Pick<Told, 'told' | 'scores'> = { told: [], scores: [] }

/**
 * Folds irreversible blocks into the ledger. Blocks, the ledger's place among them and what they decide about this node's own
 * transactions are stored in one step; the ledger itself is folded again from the last snapshot after a restart.
 */
export function createLedgerFollower(deps: FollowerDeps, options: FollowerOptions): LedgerFollower {
  let divergence: Divergence | null = null

  const judge = (ledger: Ledger): void => {
    const before = divergence
    divergence = options.account === null ? null : divergenceOf(ledger, options.account)
    if (divergence && divergence.differing.length !== before?.differing.length)
      deps.logger.error('ledger diverged: others came to another state from the same blocks', {
        ...divergence,
      })
    if (before && !divergence) deps.logger.warn('ledger no longer contradicted', {})
  }

  const { history, network } = deps
  const keep = ({ blocks, folded, isSnapshotDue }: FollowedRange<Told>): void =>
    deps.state.atomically(() => {
      deps.store.append(blocks.map(({ block }) => block))
      history?.keep(folded)
      if (deps.outbox.undecided().length > 0)
        for (const block of blocks) decideOutbox(deps.outbox, block)
      if (isSnapshotDue) deps.store.saveSnapshot(folded.ledger)
    })

  const start = restoreLedger(deps, options)
  const follower = createBlockFollower(
    {
      chain: deps.chain,
      start,
      fold: (ledger, blocks) =>
        history
          ? foldTelling(ledger, blocks, network)
          : { ...foldBlocks(ledger, blocks, network), ...nothingTold },
      keep,
      onKept: (told) => {
        const { ledger, records } = told
        judge(ledger)
        history?.onKept(told)
        logRefusals(deps.logger, records)
        deps.onBlocks(records)
      },
    },
    options,
  )

  judge(start)
  return {
    view: {
      current: follower.current,
      isSynced: follower.isSynced,
      isTrusted: () => divergence === null,
    },
    behind: follower.behind,
    divergence: () => divergence,
    catchUp: follower.catchUp,
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await follower.catchUp(signal)
        } catch (error) {
          if (signal.aborted) return
          const height = follower.current().head?.height ?? 0
          deps.logger.warn('chain not followed', { height }, error)
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
