import { createCipheriv, createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { FlatBlockStore } from '#node/ipfs/block-store.ts'
import { blockNameOf, openBlockStore } from '#node/ipfs/block-store.ts'
import { createContentStore } from '#node/ipfs/content-store.ts'
import type { BlockFetcher } from '#node/p2p/block-fetcher.ts'
import type { Cid } from '#protocol/ids.ts'

/** Bytes that no compressor and no deduplication makes smaller, the same for the same seed. */
export function noise(length: number, seed = 'noise'): Uint8Array {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(new Uint8Array(length))
}

export type Stored = { readonly cid: CID; readonly block: Uint8Array }

/** A leaf with these bytes. */
export async function aLeaf(bytes: Uint8Array): Promise<Stored> {
  return { cid: CID.createV1(raw.code, await sha256.digest(bytes)), block: bytes }
}

/** A node of a file's tree whose links are said to have these sizes. */
export async function aFileNode(
  links: readonly { readonly cid: CID; readonly size: number }[],
): Promise<Stored> {
  const file = new UnixFS({ type: 'file' })
  for (const { size } of links) file.addBlockSize(BigInt(size))
  return aNode(
    file.marshal(),
    links.map(({ cid }) => cid),
  )
}

export async function aNode(data: Uint8Array, links: readonly CID[]): Promise<Stored> {
  const block = dagPb.encode({
    Data: data,
    Links: links.map((Hash) => ({ Name: '', Hash, Tsize: 1 })),
  })
  return { cid: CID.createV1(dagPb.code, await sha256.digest(block)), block }
}

export const keep = async (blocks: FlatBlockStore, ...stored: readonly Stored[]): Promise<void> => {
  for (const { cid, block } of stored) await blocks.put(cid, block)
}

export type TestStore = AsyncDisposable & {
  readonly blocks: FlatBlockStore
  readonly pins: PinStore
  readonly content: ContentStore
}

const nobody: BlockFetcher = {
  fetch: () => Promise.reject(new Error('this store has no network')),
}

/** A node's content as it lies in a directory, with no network. */
export async function openTestStore(
  directory: string,
  fetcher: BlockFetcher = nobody,
): Promise<TestStore> {
  const opened = openDatabase(join(directory, 'node.sqlite'))
  const pins = createPinStore(opened.database)
  const blocks = await openBlockStore(join(directory, 'blocks'))
  return {
    blocks,
    pins,
    content: createContentStore({ blocks, pins, fetcher }),
    [Symbol.asyncDispose]: async () => opened[Symbol.dispose](),
  }
}

/** The files of a store, by name, that hold blocks. */
export async function blockFiles(directory: string): Promise<readonly string[]> {
  const root = join(directory, 'blocks')
  const files = await readdir(root, { recursive: true, withFileTypes: true })
  return files
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
}

const fileOf = async (directory: string, cid: CID): Promise<string> => {
  const files = await blockFiles(directory)
  const file = files.find((path) => path.includes(blockNameOf(cid)))
  if (!file) throw new Error(`no file of ${cid}`)
  return file
}

/** Flips one bit of a block on the disk. */
export async function spoil(directory: string, cid: Cid | CID): Promise<void> {
  const file = await fileOf(directory, CID.parse(cid.toString()))
  const bytes = await readFile(file)
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(file, bytes)
}
