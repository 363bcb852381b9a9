import type { CID } from 'multiformats/cid'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { Cid } from '#protocol/ids.ts'
import type { FlatBlockStore } from './block-store.ts'
import { blockNameOf } from './block-store.ts'
import { isLeaf, linksOf, parseCid } from './dag.ts'

export type Collection = {
  /** Blocks removed. */
  readonly removed: number
  /** Ids below pins that could not be looked into, so that nothing was removed: what lies below them is not known. */
  readonly unknown: readonly string[]
}

/**
 * Removes blocks below no pin. What is being added meanwhile is safe.
 * Where a pinned directory, or the list of a file's chunks, is missing or spoilt, what lies below it cannot be told from garbage: nothing
 * is removed then, until it was fetched again or its owner has let go. A missing chunk hides nothing, so half a file is no hindrance.
 */
export async function collectGarbage(blocks: FlatBlockStore, pins: PinStore): Promise<Collection> {
  const kept = new Set<string>()
  const unknown: string[] = []
  for (const pinned of pins.pinned()) await mark(blocks, pinned, { kept, unknown })
  if (unknown.length > 0) return { removed: 0, unknown }
  return { removed: await blocks.sweep((name) => kept.has(name)), unknown }
}

type Marks = { readonly kept: Set<string>; readonly unknown: string[] }

async function mark(blocks: FlatBlockStore, pinned: Cid, { kept, unknown }: Marks): Promise<void> {
  const seen = new Set<string>()
  const open = idsOf(() => [parseCid(pinned)])
  for (let cid = open.pop(); cid; cid = open.pop()) {
    const id = cid
    const name = blockNameOf(id)
    kept.add(name)
    if (isLeaf(id) || seen.has(name)) continue
    seen.add(name)
    const block = await blocks.read(id).catch(() => null)
    if (!block) unknown.push(id.toString())
    else for (const link of idsOf(() => linksOf(id, block))) open.push(link)
  }
}

/** None for a pin that is no id, and for a block that no peer of the market can have: nothing is below them. */
function idsOf(find: () => readonly CID[]): CID[] {
  try {
    return [...find()]
  } catch {
    return []
  }
}
