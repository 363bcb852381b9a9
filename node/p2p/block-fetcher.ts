import type { CID } from 'multiformats/cid'
import { MarketError } from '#market/errors.ts'
import type { FetchOptions, FetchReport } from '#market/ports/content-store.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { isBlockOf } from '../ipfs/block-store.ts'
import { isLeaf } from '../ipfs/dag.ts'
import type { Logger } from '../logger.ts'
import { batchLimit } from './block-server.ts'
import type { BlockStreams } from './block-streams.ts'
import type { WantList } from './want-list.ts'
import { createWantList } from './want-list.ts'

export interface BlockFetcher {
  /** See ContentStore.fetch. */
  fetch(root: CID, providers: readonly HiveAccount[], options: FetchOptions): Promise<FetchReport>
}

type FetcherDeps = {
  readonly blocks: FlatBlockStore
  readonly streams: BlockStreams
  readonly logger: Logger
}

type Tally = { blocks: number; bytes: number; local: number }

/**
 * Fetches everything below a root from several peers at once: they share one list of what is wanted, each takes a batch at a time,
 * and a block is verified before it is kept or looked into. A peer that lies, lacks a block or falls silent is left out for
 * the rest of this fetch, and what it owed goes back on the list. What is here already is never asked for, so a fetch resumes.
 */
export function createBlockFetcher({ blocks, streams, logger }: FetcherDeps): BlockFetcher {
  return {
    fetch: async (root, providers, options) => {
      const wants = createWantList()
      const tally: Tally = { blocks: 0, bytes: 0, local: 0 }
      wants.add([root])
      await takeLocal(blocks, wants, tally)
      const results = wants.isDone()
        ? []
        : await Promise.allSettled(
            providers.map((provider) => pull(provider, { blocks, streams, wants, tally, options })),
          )
      options.signal.throwIfAborted()
      for (const [index, result] of results.entries()) {
        if (result.status === 'rejected')
          logger.warn(
            'provider left out',
            { account: providers[index] ?? '', root: root.toString() },
            result.reason,
          )
      }
      if (!wants.isDone()) throw unavailable(root, results)
      return tally
    },
  }
}

type Pull = {
  readonly blocks: FlatBlockStore
  readonly streams: BlockStreams
  readonly wants: WantList
  readonly tally: Tally
  readonly options: FetchOptions
}

/** Asks one peer for batches until nothing is wanted any more. Rejects when the peer is of no use. */
async function pull(
  provider: HiveAccount,
  { blocks, streams, wants, tally, options }: Pull,
): Promise<void> {
  await using stream = await streams.open(provider, options.signal)
  for (
    let batch = await wants.take(batchLimit);
    batch.length > 0;
    batch = await wants.take(batchLimit)
  ) {
    const owed = [...batch]
    try {
      for await (const block of stream.request(batch)) {
        const [cid] = owed
        if (!cid) break
        if (block.length === 0) throw new Error(`lacks ${cid}`)
        if (!isBlockOf(cid, block)) throw new Error(`sent other bytes for ${cid}`)
        tally.bytes += block.length
        if (tally.bytes > limitBytes(options))
          throw new MarketError(
            'content-corrupt',
            `There is more below the id than the ${options.expectedBytes} bytes it was said to have.`,
          )
        await blocks.put(cid, block)
        owed.shift()
        tally.blocks += 1
        wants.resolve(cid, block)
        await takeLocal(blocks, wants, tally)
        options.onProgress?.(Math.min(100, (100 * tally.bytes) / options.expectedBytes))
      }
    } finally {
      wants.putBack(owed)
    }
  }
}

/** What directories, lists of chunks and other structure may add to the bytes that were promised. */
function limitBytes({ expectedBytes }: FetchOptions): number {
  return expectedBytes + Math.ceil(expectedBytes / 50) + structureBytes
}

const structureBytes = 4 * 1024 * 1024

/** Takes from the list what is here already, and what that refers to. */
async function takeLocal(blocks: FlatBlockStore, wants: WantList, tally: Tally): Promise<void> {
  for (let cid = wants.nextUnseen(); cid; cid = wants.nextUnseen()) {
    if (!(await blocks.has(cid))) continue
    const block = isLeaf(cid) ? new Uint8Array() : await blocks.read(cid).catch(() => null)
    if (block === null) continue
    tally.local += 1
    wants.resolve(cid, block)
  }
}

function unavailable(root: CID, results: readonly PromiseSettledResult<void>[]): MarketError {
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  )
  const limit = reasons.find(
    (reason) => reason instanceof MarketError && reason.code === 'content-corrupt',
  )
  if (limit instanceof MarketError) return limit
  const told = reasons
    .map((reason) => (reason instanceof Error ? reason.message : String(reason)))
    .join('; ')
  return new MarketError(
    'content-unavailable',
    `No peer has all of ${root}: ${told || 'there is nobody to ask'}.`,
  )
}
