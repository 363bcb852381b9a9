import { CID } from 'multiformats/cid'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { FlatBlockStore } from './block-store.ts'
import { isLeaf, linksOf } from './dag.ts'

/**
 * Removes blocks below no pin and returns how many. Call it while nothing is being added: what is added is pinned only
 * once it is whole. What lies below a pin and is not here yet is left out, so half a fetch is kept.
 */
export async function collectGarbage(blocks: FlatBlockStore, pins: PinStore): Promise<number> {
  const kept = new Set<string>()
  for (const cid of pins.pinned()) await mark(blocks, CID.parse(cid), kept)
  let removed = 0
  for await (const { cid } of blocks.getAll()) {
    if (kept.has(hashOf(cid))) continue
    await blocks.delete(cid)
    removed += 1
  }
  return removed
}

async function mark(blocks: FlatBlockStore, root: CID, kept: Set<string>): Promise<void> {
  const open = [root]
  for (let cid = open.pop(); cid; cid = open.pop()) {
    if (kept.has(hashOf(cid))) continue
    kept.add(hashOf(cid))
    const block = isLeaf(cid) ? null : await blocks.read(cid).catch(() => null)
    if (block) open.push(...linksOf(cid, block))
  }
}

function hashOf({ multihash }: CID): string {
  return Buffer.from(multihash.bytes).toString('base64')
}
