import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { FlatBlockStore } from '#node/ipfs/block-store.ts'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import { linksOf } from '#node/ipfs/dag.ts'

/** A content store in a folder, whose network has exactly what the store has: what is not here is nowhere. */
export async function openLoneContent(folder: string): Promise<ContentStore> {
  return loneContent(await openBlockStore(folder))
}

export function loneContent(blocks: FlatBlockStore): ContentStore {
  const pins = { pin: () => undefined, unpin: () => undefined, pinned: () => [] }
  return createContentStore({
    blocks,
    pins,
    fetcher: {
      fetch: async (root) => {
        const known = new Set<string>()
        const queue = [root]
        for (const id of queue) {
          if (known.has(id.toString())) continue
          known.add(id.toString())
          const block = await blocks.read(id).catch((cause: unknown) => {
            throw new MarketError('content-unavailable', `nobody has ${id}`, {}, { cause })
          })
          queue.push(...linksOf(id, block))
        }
        return { blocks: known.size, bytes: 0, local: known.size }
      },
    },
  })
}
