import type { Network } from '#contracts/block-context.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { emptyLedger } from '#contracts/ledger.ts'
import type { LedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import { BlockHeight, Sha256Hex } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { Logger } from '../logger.ts'

type Genesis = { readonly chainId: string; readonly genesisHeight: number }

/** The height of the block that a ledger lacks. */
export function nextHeight(
  { head }: Ledger,
  { genesisHeight }: Pick<Genesis, 'genesisHeight'>,
): BlockHeight {
  return BlockHeight.parse(head ? head.height + 1 : genesisHeight)
}

/**
 * The ledger as it was stored: the newest good snapshot and the blocks behind it, as far as they are whole and follow one another.
 * What does not is forgotten and read from the chain again.
 */
export function restoreLedger(
  {
    store,
    network,
    logger,
  }: { readonly store: LedgerStore; readonly network: Network; readonly logger: Logger },
  genesis: Genesis,
): Ledger {
  const snapshot = store.snapshot()
  const start = snapshot ?? genesisLedger(genesis, network)
  let ledger = start
  try {
    for (const block of store.blocksFrom(nextHeight(start, genesis)))
      ledger = followed(ledger, block, network, genesis)
  } catch (error) {
    logger.warn('stored blocks forgotten', { from: nextHeight(ledger, genesis) }, error)
  }
  store.forgetFrom(nextHeight(ledger, genesis))
  const height = ledger.head?.height ?? 0
  logger.debug('ledger restored', { snapshot: snapshot?.head?.height ?? 0, height })
  return ledger
}

/** The ledger before a network's first block. */
export function genesisLedger(genesis: Genesis, network: Network): Ledger {
  return emptyLedger(genesisHash(genesis, network), BlockHeight.parse(genesis.genesisHeight))
}

/** The name of a network's first state: ledgers of different chains never agree by accident. */
function genesisHash(
  { chainId, genesisHeight }: Genesis,
  { operationId, sha256 }: Network,
): Sha256Hex {
  return Sha256Hex.parse(canonicalHash({ chainId, genesisHeight, operationId }, sha256))
}

function followed(ledger: Ledger, block: LedgerBlock, network: Network, genesis: Genesis): Ledger {
  const wanted = nextHeight(ledger, genesis)
  if (block.height !== wanted)
    throw new Error(`block ${wanted} is missing in the store before block ${block.height}`)
  return foldBlocks(ledger, [block], network).ledger
}
