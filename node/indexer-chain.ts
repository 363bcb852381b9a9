import type { Network } from '#contracts/block-context.ts'
import { advisoryLocks } from '#market/adapters/postgres/advisory-locks.ts'
import { lead } from '#market/adapters/postgres/leadership.ts'
import { MarketError } from '#market/errors.ts'
import type {
  Projected,
  ProjectionSource,
  ProjectionStore,
} from '#market/ports/projection-store.ts'
import { joinProjected, projectBlocks } from '#market/services/project-blocks.ts'
import type { AgreedBlocks } from './chain/agreed-blocks.ts'
import type { BlockFollower, FollowedRange } from './chain/block-follower.ts'
import { createBlockFollower } from './chain/block-follower.ts'
import { pause } from './chain/hive-rpc.ts'
import { restoreProjection } from './chain/restore-projection.ts'
import type { Logger } from './logger.ts'

export type ProjectionDeps = {
  readonly chain: AgreedBlocks
  readonly store: ProjectionStore
  readonly network: Network
  readonly logger: Logger
  /** Called after each range that this process applied. */
  readonly onApplied?: (projected: Projected) => void
}

export type ProjectionOptions = ProjectionSource & {
  /** Of the store's database. */
  readonly postgresUrl: string
  readonly pollMs: number
  /** Milliseconds until a term of leadership that failed is followed by another try. */
  readonly retryMs?: number
}

/** What one process does for the tables that all serve from. */
type ProjectionStatus = {
  /** One process at a time projects; the others wait until it is gone. */
  readonly isLeading: boolean
  /** Last block in the tables, and how many are still to come; null while another process leads, or before the chain was reached. */
  readonly height: number | null
  readonly behind: number | null
}

export interface Projection extends AsyncDisposable {
  status(): ProjectionStatus
}

/** The tables went on without this process: another one leads, or somebody emptied them. */
class OvertakenError extends Error {
  override readonly name = 'OvertakenError'
}

/**
 * Projects the chain's irreversible blocks into Postgres for as long as this process leads, and waits to lead where another does.
 * Rejects with `data-foreign` where the tables are another chain's; later trouble of chain or database is logged and tried again.
 * Disposing stops after the range at hand.
 */
export async function startProjection(
  deps: ProjectionDeps,
  options: ProjectionOptions,
): Promise<Projection> {
  await deps.store.head()
  const { logger } = deps
  const { retryMs = 1_000 } = options
  const stop = new AbortController()
  let follower: BlockFollower | null = null

  const term = async (signal: AbortSignal): Promise<void> => {
    const start = await restoreProjection(deps, options)
    const current = createBlockFollower(
      {
        chain: deps.chain,
        start,
        fold: (ledger, blocks) => projectBlocks(ledger, blocks, deps.network),
        join: joinProjected,
        keep: (range) => applyRange(deps.store, range),
        onKept: (projected) => deps.onApplied?.(projected),
      },
      options,
    )
    follower = current
    logger.info('projection leads', { height: start.head?.height ?? 0 })
    try {
      while (!signal.aborted) {
        await current.catchUp(signal).catch((error: unknown) => {
          if (!isOfChain(error)) throw error
          logger.warn('chain not followed', { height: current.current().head?.height ?? 0 }, error)
        })
        await pause(options.pollMs, signal)
      }
    } finally {
      follower = null
    }
  }

  const run = async (): Promise<void> => {
    const lock = { url: options.postgresUrl, lock: advisoryLocks.projection }
    while (!stop.signal.aborted) {
      try {
        await lead(lock, term, stop.signal)
      } catch (error) {
        if (stop.signal.aborted) return
        logger.warn('projection interrupted', {}, error)
      }
      await pause(retryMs, stop.signal)
    }
  }

  const running = run()
  return {
    status: () => ({
      isLeading: follower !== null,
      height: follower?.current().head?.height ?? null,
      behind: follower?.behind() ?? null,
    }),
    [Symbol.asyncDispose]: async () => {
      stop.abort(new MarketError('cancelled', 'The projection was asked to stop.'))
      await running
    },
  }
}

async function applyRange(store: ProjectionStore, range: FollowedRange<Projected>): Promise<void> {
  const { before, blocks, folded, isSnapshotDue } = range
  const outcome = await store.apply({
    before,
    blocks: blocks.map(({ block }) => block),
    projected: folded,
    isSnapshotDue,
  })
  if (outcome === 'overtaken') throw new OvertakenError('the tables are not where they were left')
}

/** What may pass while this process goes on leading; after anything else the tables may be elsewhere than it believes. */
function isOfChain(error: unknown): boolean {
  return error instanceof MarketError && error.code.startsWith('chain-')
}
