import { createReadStream } from 'node:fs'
import { BlackHoleBlockstore } from 'blockstore-core'
import { importByteStream } from 'ipfs-unixfs-importer'
import { Cid } from '#protocol/ids.ts'

/**
 * The content id a file has in this network (profile `unixfs-v1-2025`: CIDv1, raw leaves, chunks of 1 MiB), found without
 * keeping a byte of it. Equal to what the node's content store gives.
 */
export async function fileCid(path: string): Promise<Cid> {
  return await contentCid(createReadStream(path))
}

/** The same, telling the bytes that have been read so far. */
export async function fileCidTelling(path: string, onRead: (bytes: number) => void): Promise<Cid> {
  return await contentCid(tellingOf(createReadStream(path), onRead))
}

/** The same for several files read as one, in the order given. */
export async function joinedCid(paths: readonly string[]): Promise<Cid> {
  return await contentCid(readJoined(paths))
}

async function contentCid(content: AsyncIterable<Uint8Array>): Promise<Cid> {
  const { cid } = await importByteStream(content, new BlackHoleBlockstore(), {
    profile: 'unixfs-v1-2025',
  })
  return Cid.parse(cid.toString())
}

async function* tellingOf(
  content: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    onRead(bytes)
    yield chunk
  }
}

async function* readJoined(paths: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const path of paths) yield* createReadStream(path)
}
