import type { Network } from '#contracts/block-context.ts'
import { foldBlocks, InconsistentBlockError } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type {
  ProjectionHead,
  ProjectionSource,
  ProjectionStore,
} from '#market/ports/projection-store.ts'
import type { Logger } from '../logger.ts'
import { genesisLedger, nextHeight } from './restore-ledger.ts'

type Restoring = {
  readonly store: ProjectionStore
  readonly network: Network
  readonly logger: Logger
}

/**
 * The ledger that the tables are of. Where what is kept of it is not whole, or was written by another version of this program, the
 * tables are emptied and follow from the first block again: they say nothing that the chain does not.
 */
export async function restoreProjection(
  { store, network, logger }: Restoring,
  source: ProjectionSource,
): Promise<Ledger> {
  const head = await store.head()
  const genesis = genesisLedger(source, network)
  if (!head) return genesis
  const kept = await refold(store, network, source).catch(unreadable)
  if (kept && isAt(kept, head)) return kept
  logger.warn('projection begun again: its ledger is not whole', {
    height: head.height,
    restored: kept?.head?.height ?? 0,
  })
  await store.clear()
  return genesis
}

async function refold(
  store: ProjectionStore,
  network: Network,
  source: ProjectionSource,
): Promise<Ledger> {
  let ledger = (await store.snapshot()) ?? genesisLedger(source, network)
  for await (const blocks of store.blocksFrom(nextHeight(ledger, source))) {
    const wanted = nextHeight(ledger, source)
    // A ledger without a block follows from any block, so that it would be folded from the middle of the chain.
    if (blocks[0] && blocks[0].height !== wanted)
      throw new InconsistentBlockError(`block ${wanted} is missing in the store`)
    ledger = foldBlocks(ledger, blocks, network).ledger
  }
  return ledger
}

/** Damage is no ledger; that the database cannot be reached says nothing of what is in it. */
function unreadable(error: unknown): null {
  if (error instanceof InconsistentBlockError || error instanceof SyntaxError) return null
  throw error
}

function isAt({ head }: Ledger, { height, block }: ProjectionHead): boolean {
  return head?.height === height && head.id === block
}
