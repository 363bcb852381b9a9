import { join } from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { FlatBlockStore } from './ipfs/block-store.ts'
import { openBlockStore } from './ipfs/block-store.ts'
import { createContentStore } from './ipfs/content-store.ts'

export type IndexerContent = Disposable & {
  readonly blocks: FlatBlockStore
  readonly content: ContentStore
}

/** Blocks of uploads and trees, and who keeps them, in the indexer's own directory. It fetches nothing from anyone. */
export async function openIndexerContent(data: string): Promise<IndexerContent> {
  const blocks = await openBlockStore(join(data, 'blocks'))
  const { database, [Symbol.dispose]: close } = openDatabase(join(data, 'content.sqlite'))
  const fetcher = {
    fetch: (): Promise<never> =>
      Promise.reject(
        new MarketError('content-unavailable', 'An indexer fetches no content; upload it here.'),
      ),
  }
  const content = createContentStore({ blocks, pins: createPinStore(database), fetcher })
  return { blocks, content, [Symbol.dispose]: close }
}
