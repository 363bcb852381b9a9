import type { CID } from 'multiformats/cid'
import type { FlatBlockStore } from './block-store.ts'
import { isLeaf, linksOf } from './dag.ts'

/** True if every block below an id is here and sound. Blocks that the disk has spoilt are removed on the way. */
export async function isWhole(blocks: FlatBlockStore, root: CID): Promise<boolean> {
  const seen = new Set<string>()
  const open = [root]
  for (let cid = open.pop(); cid; cid = open.pop()) {
    if (seen.has(cid.toString())) continue
    seen.add(cid.toString())
    if (isLeaf(cid)) {
      if ((await blocks.soundSize(cid)) === null) return false
      continue
    }
    const links = await linksHere(blocks, cid)
    if (!links) return false
    for (const link of links) open.push(link)
  }
  return true
}

async function linksHere(blocks: FlatBlockStore, cid: CID): Promise<readonly CID[] | null> {
  try {
    return linksOf(cid, await blocks.read(cid))
  } catch {
    return null
  }
}
