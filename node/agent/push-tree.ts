import * as CarBufferWriter from '@ipld/car/buffer-writer'
import { CID } from 'multiformats/cid'
import type { AgentClaim } from '#market/ports/agent-queue.ts'
import type { TransferOptions } from '#market/ports/content-store.ts'
import {
  archiveLimitBytes,
  bringBlocksRoute,
  keepTreeRoute,
  lackingLimit,
  lackingRoute,
} from '#protocol/api/trees.ts'
import { Cid } from '#protocol/ids.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { linksOf } from '../ipfs/dag.ts'
import type { IndexerClient } from './indexer-client.ts'

/** Bytes of blocks that one request brings: large enough to be quick, small enough to be sent again. */
const archiveBytes = 4 * 1024 * 1024

/**
 * Brings a tree to the indexer whose job it is, so that its gateway serves it: only what it lacks, so that a push goes on where another
 * ended. Rejects where the lease is gone.
 */
export function createTreePush(
  { client, blocks }: { readonly client: IndexerClient; readonly blocks: FlatBlockStore },
  encoderId: string,
) {
  return async (
    claim: AgentClaim,
    root: Cid,
    { signal, onProgress }: TransferOptions,
  ): Promise<void> => {
    const lease = { jobId: claim.jobId, encoderId, fencingToken: claim.fencingToken }
    const query = new URLSearchParams({ ...lease, fencingToken: String(lease.fencingToken) })
    const send = async (batch: readonly Found[]): Promise<void> => {
      await client.send(`${bringBlocksRoute.path}?${query}`, archiveOf(batch), signal)
    }

    const all = await idsBelow(blocks, root)
    let done = 0
    for (let start = 0; start < all.length; start += lackingLimit) {
      const asked = all.slice(start, start + lackingLimit)
      const { lacking } = await client.call(lackingRoute, { body: { ...lease, blocks: asked } })
      done += asked.length - lacking.length
      for await (const batch of batchesOf(blocks, lacking)) {
        signal.throwIfAborted()
        await send(batch)
        done += batch.length
        onProgress?.((100 * done) / all.length)
      }
    }
    await client.call(keepTreeRoute, { body: { ...lease, root } })
    onProgress?.(100)
  }
}

type Found = { readonly cid: CID; readonly bytes: Uint8Array }

/** Ids of all blocks of a tree, each once, leaves first: what is there of it leads to nothing that is not. */
async function idsBelow(blocks: FlatBlockStore, root: Cid): Promise<Cid[]> {
  const known = new Set<string>()
  const open = [CID.parse(root)]
  for (let cid = open.pop(); cid; cid = open.pop()) {
    if (known.has(cid.toString())) continue
    known.add(cid.toString())
    open.push(...linksOf(cid, await blocks.read(cid)))
  }
  return [...known].toReversed().map((id) => Cid.parse(id))
}

async function* batchesOf(
  blocks: FlatBlockStore,
  ids: readonly Cid[],
): AsyncGenerator<readonly Found[]> {
  let batch: Found[] = []
  let bytes = 0
  for (const id of ids) {
    const cid = CID.parse(id)
    const block = await blocks.read(cid)
    if (batch.length > 0 && bytes + block.length > archiveBytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push({ cid, bytes: block })
    bytes += block.length
  }
  if (batch.length > 0) yield batch
}

function archiveOf(batch: readonly Found[]): Uint8Array<ArrayBuffer> {
  const length = batch.reduce((sum, block) => sum + CarBufferWriter.blockLength(block), 0)
  const header = CarBufferWriter.headerLength({ roots: [] })
  if (header + length > archiveLimitBytes) throw new Error('no batch is so large')
  const buffer = new ArrayBuffer(header + length)
  const writer = CarBufferWriter.createWriter(buffer, { headerSize: header })
  for (const block of batch) writer.write(block)
  return new Uint8Array(writer.close().slice())
}
