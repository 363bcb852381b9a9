import { access } from 'node:fs/promises'
import path from 'node:path'
import type { Ledger } from '#contracts/ledger.ts'
import { bindDatabase } from '#market/adapters/sqlite/binding-store.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createLedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { MarketError } from '#market/errors.ts'
import { openDataDirectory } from '../data-directory.ts'
import type { Logger } from '../logger.ts'
import type { Network } from '../networks.ts'
import { sha256 } from '../sha256.ts'
import { refuseForeignChain } from './hive-rpc.ts'
import { createLedgerFollower } from './ledger-follower.ts'
import { openChain } from './open-chain.ts'

type Reading = {
  readonly network: Network
  readonly logger: Logger
  readonly signal: AbortSignal
}

/**
 * The ledger that a stopped node has in its data directory, as of its last block. Throws `data-locked` while the node runs,
 * `data-foreign` for another chain's, `option-invalid` where there is none.
 */
export async function ledgerOfNode(directory: string, reading: Reading): Promise<Ledger> {
  const file = path.join(path.resolve(directory), 'node.sqlite')
  await access(file).catch((cause: unknown) => {
    const message = `${path.resolve(directory)} is no data directory of a node.`
    throw new MarketError('option-invalid', message, {}, { cause })
  })
  using data = openDataDirectory(path.resolve(directory))
  using reader = openReader(path.join(data.path, 'node.sqlite'), [], reading)
  return reader.follower.view.current()
}

/**
 * The ledger that follows from a chain's irreversible blocks, folded from the market's first block on and kept nowhere.
 * `onHeight` hears how far it is.
 */
export async function ledgerOfChain(
  urls: readonly string[],
  { onHeight, ...reading }: Reading & { readonly onHeight: (height: number) => void },
): Promise<Ledger> {
  using reader = openReader(':memory:', urls, { ...reading, onHeight })
  await refuseForeignChain(reader.rpc, reading.signal)
  await reader.follower.catchUp(reading.signal)
  return reader.follower.view.current()
}

function openReader(
  file: string,
  urls: readonly string[],
  { network, logger, onHeight }: Reading & { readonly onHeight?: (height: number) => void },
) {
  const { chainId, operationId, genesisHeight, pollMs } = network
  const { database, state, [Symbol.dispose]: close } = openDatabase(file)
  bindDatabase(database, { chain: chainId })
  const { rpc, blocks } = openChain({ logger, now: Date.now }, network, urls)
  const follower = createLedgerFollower(
    {
      chain: blocks,
      store: createLedgerStore(database, sha256),
      outbox: createOutboxStore(database),
      state,
      network: { operationId, sha256 },
      logger,
      onBlocks: () => onHeight?.(follower.view.current().head?.height ?? 0),
    },
    { chainId, genesisHeight, pollMs, account: null },
  )
  return { rpc, follower, [Symbol.dispose]: close }
}
