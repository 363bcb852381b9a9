import type { ContentStore } from '#market/ports/content-store.ts'
import type { FlatBlockStore } from '#node/ipfs/block-store.ts'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { createBlockFetcher } from '#node/p2p/block-fetcher.ts'
import { silent } from './peers.ts'

/** A content store in a folder, whose network has exactly what the store has: what is not here is nowhere. */
export async function openLoneContent(folder: string): Promise<ContentStore> {
  return loneContent(await openBlockStore(folder))
}

export function loneContent(blocks: FlatBlockStore): ContentStore {
  const pins = { pin: () => undefined, unpin: () => undefined, pinned: () => [] }
  const streams = { open: () => Promise.reject(new Error('nobody is there')) }
  const fetcher = createBlockFetcher({ blocks, streams, logger: silent })
  return createContentStore({ blocks, pins, fetcher })
}
