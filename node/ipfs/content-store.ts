import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { NotFoundError } from 'interface-store'
import { importByteStream, importBytes } from 'ipfs-unixfs-importer'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import type { AddedContent, ContentStore } from '#market/ports/content-store.ts'
import { Cid } from '#protocol/ids.ts'
import type { BlockFetcher } from '../p2p/block-fetcher.ts'
import type { FlatBlockStore } from './block-store.ts'
import { chunkBytes, directoryBlock, importProfile, parseCid, sizesOf } from './dag.ts'
import { fileBytes, findFile } from './file-bytes.ts'
import { isWhole } from './whole.ts'

export type ContentStoreDeps = {
  readonly blocks: FlatBlockStore
  readonly pins: Pick<PinStore, 'pin' | 'unpin' | 'pinned'>
  readonly fetcher: BlockFetcher
}

/** The ContentStore over this node's own blocks. Nothing but `fetch` ever asks the network. */
export function createContentStore({ blocks, pins, fetcher }: ContentStoreDeps): ContentStore {
  const sizes = async (cid: Cid): Promise<AddedContent> => {
    const id = parseCid(cid)
    try {
      return { cid, ...sizesOf(id, await blocks.read(id)) }
    } catch (error) {
      throw asContentError(cid, error)
    }
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
      try {
        const content = withProgress(fileContent(blocks, cid, signal), bytes, onProgress)
        await pipeline(content, createWriteStream(unfinished), { signal })
        await rename(unfinished, path)
      } finally {
        await rm(unfinished, { force: true })
      }
    },
    isWhole: (cid) => isWhole(blocks, parseCid(cid)),
    fetch: async (cid, providers, options) => fetcher.fetch(parseCid(cid), providers, options),
    pin: (cid, owner) => pins.pin(cid, owner),
    unpin: (owner) => pins.unpin(owner),
  }
}

/** The bytes of a file that is here, as many as its root says. */
async function* fileContent(
  blocks: FlatBlockStore,
  text: Cid,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    const file = await findFile(blocks, parseCid(text))
    yield* fileBytes(blocks, file, { start: 0, end: file.size }, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw asContentError(text, error)
  }
}

/** What a failed read says of content: it is not here, or it is nothing that was asked for. Anything else stays what it is. */
function asContentError(cid: Cid, cause: unknown): unknown {
  if (cause instanceof RangeError)
    return new MarketError(
      'content-corrupt',
      `${cid} is not a file: ${cause.message}.`,
      {},
      { cause },
    )
  if (cause instanceof NotFoundError)
    return new MarketError(
      'content-unavailable',
      `${cid} is not whole on this node.`,
      {},
      { cause },
    )
  return cause
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
