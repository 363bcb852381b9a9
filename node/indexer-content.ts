import { join } from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { FlatBlockStore } from './ipfs/block-store.ts'
import { createContentStore } from './ipfs/content-store.ts'
import type { BlockFetcher } from './p2p/block-fetcher.ts'

export type IndexerContent = Disposable & {
  readonly content: ContentStore
  readonly pins: PinStore
}

/** Blocks of uploads and of trees, and who keeps them, in the indexer's own directory. */
export function openIndexerContent(
  data: string,
  { blocks, fetcher }: { readonly blocks: FlatBlockStore; readonly fetcher: BlockFetcher },
): IndexerContent {
  const { database, [Symbol.dispose]: close } = openDatabase(join(data, 'content.sqlite'))
  const pins = createPinStore(database)
  const content = createContentStore({ blocks, pins, fetcher })
  return { content, pins, [Symbol.dispose]: close }
}
