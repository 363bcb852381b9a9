import { join } from 'node:path'
import type { OperationRecord } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { bindDatabase } from '#market/adapters/sqlite/binding-store.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createLedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { MarketError } from '#market/errors.ts'
import type { Logger } from '../logger.ts'
import type { Network } from '../networks.ts'
import { sha256 } from '../sha256.ts'
import { pause } from './hive-rpc.ts'
import { createLedgerFollower } from './ledger-follower.ts'
import { openChain } from './open-chain.ts'

export type ReplayOptions = {
  readonly network: Network
  readonly rpc: readonly string[]
  readonly from: number
  /** Last block to fold; null for the last irreversible one. */
  readonly to: number | null
  /** Where what was folded is kept; null keeps it in memory. */
  readonly directory: string | null
  readonly signal: AbortSignal
}

export type ReplayDeps = {
  readonly logger: Logger
  readonly now: () => number
  readonly onBlocks: (ledger: Ledger, behind: number, records: readonly OperationRecord[]) => void
}

/** Failures in a row, without a block in between, after which a chain is given up. */
const patience = 5
const pauseMs = 2_000

/**
 * Folds a chain's irreversible blocks from a height on, as every node does, and resolves to the ledger. What a directory holds of an
 * earlier replay from the same height is gone on from; what is damaged of it is read again. Rejects with `chain-unavailable` after
 * several failures in a row, `chain-inconsistent`, `chain-foreign`, or `option-invalid` when the directory is past the last block.
 */
export async function replay(
  { logger, now, onBlocks }: ReplayDeps,
  { network, rpc, from, to, directory, signal }: ReplayOptions,
): Promise<Ledger> {
  const { operationId, chainId } = network
  const file = directory === null ? ':memory:' : join(directory, `replay-${from}.sqlite`)
  using opened = openDatabase(file)
  bindDatabase(opened.database, { chain: chainId, 'first block': String(from) })
  const { blocks } = openChain({ logger, now }, network, rpc)
  const follower = createLedgerFollower(
    {
      chain: blocks,
      store: createLedgerStore(opened.database, sha256),
      outbox: createOutboxStore(opened.database),
      state: opened.state,
      network: { operationId, sha256 },
      logger,
      onBlocks: (records) => onBlocks(follower.view.current(), follower.behind() ?? 0, records),
    },
    {
      chainId,
      genesisHeight: from,
      pollMs: network.pollMs,
      account: null,
      ...(to !== null && { lastHeight: to }),
    },
  )
  const folded = (): number => follower.view.current().head?.height ?? 0
  if (to !== null && folded() > to)
    throw new MarketError(
      'option-invalid',
      `What is kept in ${directory} is at block ${folded()} already; choose another --data directory for block ${to}.`,
    )
  let failures = 0
  while (!follower.view.isSynced()) {
    const before = folded()
    try {
      await follower.catchUp(signal)
      if (folded() === 0) throw nothingYet(from)
    } catch (error) {
      signal.throwIfAborted()
      failures = folded() > before ? 1 : failures + 1
      const isPassing = error instanceof MarketError && error.code === 'chain-unavailable'
      if (!isPassing || failures >= patience) throw error
      logger.warn('chain not reached, trying again', { height: folded() }, error)
      await pause(pauseMs, signal)
      signal.throwIfAborted()
    }
  }
  return follower.view.current()
}

function nothingYet(from: number): MarketError {
  return new MarketError('option-invalid', `The chain has no irreversible block ${from} yet.`)
}
