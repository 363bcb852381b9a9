import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { exporter } from 'ipfs-unixfs-exporter'
import { importByteStream, importBytes } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import type { AddedContent, ContentStore } from '#market/ports/content-store.ts'
import { Cid } from '#protocol/ids.ts'
import type { BlockFetcher } from '../p2p/block-fetcher.ts'
import type { FlatBlockStore } from './block-store.ts'
import { chunkBytes, directoryBlock, importProfile, sizesOf } from './dag.ts'

export type ContentStoreDeps = {
  readonly blocks: FlatBlockStore
  readonly pins: PinStore
  readonly fetcher: BlockFetcher
}

/** The ContentStore over this node's own blocks. Nothing but `fetch` ever asks the network. */
export function createContentStore({ blocks, pins, fetcher }: ContentStoreDeps): ContentStore {
  const sizes = async (cid: Cid): Promise<AddedContent> => {
    const id = CID.parse(cid)
    return { cid, ...sizesOf(id, await blocks.read(id).catch(toUnavailable(cid))) }
  }

  return {
    addFile: async (path, { signal, onProgress }) => {
      const total = (await stat(path)).size
      const source = withProgress(
        createReadStream(path, { highWaterMark: chunkBytes, signal }),
        total,
        onProgress,
      )
      const { cid } = await importByteStream(source, blocks, { profile: importProfile })
      return sizes(Cid.parse(cid.toString()))
    },
    addBytes: async (bytes) => {
      const { cid } = await importBytes(bytes, blocks, { profile: importProfile })
      return sizes(Cid.parse(cid.toString()))
    },
    addDirectory: async (entries) => {
      const { cid, bytes, dagBytes } = await directoryBlock(entries)
      await blocks.put(cid, bytes)
      return { cid: Cid.parse(cid.toString()), bytes: 0, dagBytes }
    },
    sizes,
    read: async (cid, { limitBytes, signal }) => {
      const chunks: Uint8Array[] = []
      let bytes = 0
      for await (const chunk of fileContent(blocks, cid, signal)) {
        bytes += chunk.length
        if (bytes > limitBytes)
          throw new MarketError('content-corrupt', `${cid} is larger than ${limitBytes} bytes.`)
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    },
    exportFile: async (cid, path, { signal, onProgress }) => {
      const { bytes } = await sizes(cid)
      const unfinished = `${path}.unfinished`
      await rm(unfinished, { force: true })
      await pipeline(
        withProgress(fileContent(blocks, cid, signal), bytes, onProgress),
        createWriteStream(unfinished),
        {
          signal,
        },
      )
      await rename(unfinished, path)
    },
    fetch: (cid, providers, options) => fetcher.fetch(CID.parse(cid), providers, options),
    pin: (cid, owner) => pins.pin(cid, owner),
    unpin: (owner) => pins.unpin(owner),
  }
}

/** The bytes of a file that is here. */
async function* fileContent(
  blocks: FlatBlockStore,
  cid: Cid,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const options = { offline: true, signal }
  const entry = await exporter(cid, blocks, options).catch(toUnavailable(cid))
  if (entry.type !== 'file' && entry.type !== 'raw')
    throw new MarketError('content-corrupt', `${cid} is not a file.`)
  try {
    yield* entry.content(options)
  } catch (error) {
    signal.throwIfAborted()
    toUnavailable(cid)(error)
  }
}

function toUnavailable(cid: Cid): (error: unknown) => never {
  return (error) => {
    throw new MarketError(
      'content-unavailable',
      `${cid} is not whole on this node.`,
      {},
      { cause: error },
    )
  }
}

async function* withProgress(
  source: AsyncIterable<Uint8Array>,
  total: number,
  onProgress: ((percent: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    yield chunk
    onProgress?.(total === 0 ? 100 : (100 * bytes) / total)
  }
}
