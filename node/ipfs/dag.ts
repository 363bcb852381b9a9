import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import type { DirectoryEntry } from '#market/ports/content-store.ts'

/** The import profile of the whole network (1 MiB chunks, 1024 links, raw leaves, CIDv1): equal files have equal ids. */
export const importProfile = 'unixfs-v1-2025'

/** Bytes of one chunk under {@link importProfile}. */
export const chunkBytes = 1024 * 1024

/** Largest block that is taken from anyone; bitswap's own limit. */
export const blockLimitBytes = 2 * 1024 * 1024

/** Above this a directory would have to be sharded to be the same as elsewhere; our trees stay far below. */
const directoryLimitBytes = 256 * 1024

/** A block of nothing but bytes, which refers to no other. */
export function isLeaf({ code }: CID): boolean {
  return code === raw.code
}

/** The ids that a block refers to, in order, each once. Throws on a codec that is not part of the network's profile. */
export function linksOf(cid: CID, block: Uint8Array): readonly CID[] {
  if (isLeaf(cid)) return []
  if (cid.code !== dagPb.code) throw new RangeError(`unknown codec ${cid.code}`)
  return dagPb.decode(block).Links.map(({ Hash }) => Hash)
}

export type DirectoryBlock = {
  readonly cid: CID
  readonly bytes: Uint8Array
  readonly dagBytes: number
}

/** The block of a directory with these entries, as every IPFS implementation makes it. Throws a RangeError for one that is too large. */
export async function directoryBlock(entries: readonly DirectoryEntry[]): Promise<DirectoryBlock> {
  const links = entries.map(({ name, cid, dagBytes }) => ({
    Name: name,
    Tsize: dagBytes,
    Hash: CID.parse(cid),
  }))
  const data = new UnixFS({ type: 'directory' }).marshal()
  const bytes = dagPb.encode(dagPb.prepare({ Data: data, Links: links }))
  if (bytes.length > directoryLimitBytes) throw new RangeError('the directory has too many entries')
  const cid = CID.createV1(dagPb.code, await sha256.digest(bytes))
  const dagBytes = bytes.length + entries.reduce((sum, entry) => sum + entry.dagBytes, 0)
  return { cid, bytes, dagBytes }
}

/** Sizes of a file or directory from its root block: of what it holds, and of everything it is made of. */
export function sizesOf(
  cid: CID,
  block: Uint8Array,
): { readonly bytes: number; readonly dagBytes: number } {
  if (isLeaf(cid)) return { bytes: block.length, dagBytes: block.length }
  const { Data, Links } = dagPb.decode(block)
  const bytes = Data ? Number(UnixFS.unmarshal(Data).fileSize()) : 0
  const dagBytes = Links.reduce((sum, { Tsize }) => sum + (Tsize ?? 0), block.length)
  return { bytes, dagBytes }
}
