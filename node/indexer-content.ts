import { join } from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { FlatBlockStore } from './ipfs/block-store.ts'
import { createContentStore } from './ipfs/content-store.ts'

export type IndexerContent = Disposable & { readonly content: ContentStore }

/** Blocks of uploads, and who keeps them, in the indexer's own directory. It fetches nothing from anyone. */
export function openIndexerContent(data: string, blocks: FlatBlockStore): IndexerContent {
  const { database, [Symbol.dispose]: close } = openDatabase(join(data, 'content.sqlite'))
  const fetcher = {
    fetch: (): Promise<never> =>
      Promise.reject(
        new MarketError('content-unavailable', 'An indexer fetches no content; upload it here.'),
      ),
  }
  const content = createContentStore({ blocks, pins: createPinStore(database), fetcher })
  return { content, [Symbol.dispose]: close }
}
