import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { MarketError } from '#market/errors.ts'
import type { DirectoryEntry } from '#market/ports/content-store.ts'
import type { Cid } from '#protocol/ids.ts'

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

/**
 * The ids that a block refers to, in order. Throws a RangeError on a block that is not of the network's profile
 * or refers to one that is not: no peer of the market can have that.
 */
export function linksOf(cid: CID, block: Uint8Array): readonly CID[] {
  assertProfile(cid)
  if (isLeaf(cid)) return []
  const links = decodeNode(cid, block).Links.map(({ Hash }) => Hash)
  for (const link of links) assertProfile(link)
  return links
}

function decodeNode(cid: CID, block: Uint8Array): dagPb.PBNode {
  try {
    return dagPb.decode(block)
  } catch (error) {
    throw new RangeError(`${cid} is no file and no directory`, { cause: error })
  }
}

/** CIDv1 of sha2-256, raw or dag-pb. */
function assertProfile(cid: CID): void {
  const isHashKnown = cid.multihash.code === sha256.code && cid.multihash.digest.length === 32
  const isCodecKnown = isLeaf(cid) || cid.code === dagPb.code
  if (cid.version !== 1 || !isHashKnown || !isCodecKnown)
    throw new RangeError(`${cid} is not an id of this network's profile`)
}

/** The id that a text is. Throws `content-corrupt` for one that has the form of an id and is none: nothing can have it. */
export function parseCid(text: Cid): CID {
  try {
    return CID.parse(text)
  } catch (error) {
    throw noContentId(text, error)
  }
}

function noContentId(text: Cid, cause: unknown): MarketError {
  return new MarketError('content-corrupt', `${text} is no content id.`, {}, { cause })
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
    Hash: parseCid(cid),
  }))
  const data = new UnixFS({ type: 'directory' }).marshal()
  const bytes = dagPb.encode(dagPb.prepare({ Data: data, Links: links }))
  if (bytes.length > directoryLimitBytes) throw new RangeError('the directory has too many entries')
  const cid = CID.createV1(dagPb.code, await sha256.digest(bytes))
  const dagBytes = bytes.length + entries.reduce((sum, entry) => sum + entry.dagBytes, 0)
  return { cid, bytes, dagBytes }
}

/** Sizes of a file or directory from its root block: of what it holds, and of everything it is made of. Throws a RangeError on what is neither. */
export function sizesOf(
  cid: CID,
  block: Uint8Array,
): { readonly bytes: number; readonly dagBytes: number } {
  if (isLeaf(cid)) return { bytes: block.length, dagBytes: block.length }
  const { Data, Links } = decodeNode(cid, block)
  const bytes = Data ? fileSizeOf(cid, Data) : 0
  const dagBytes = Links.reduce((sum, { Tsize }) => sum + (Tsize ?? 0), block.length)
  return { bytes, dagBytes }
}

function fileSizeOf(cid: CID, data: Uint8Array): number {
  try {
    return Number(UnixFS.unmarshal(data).fileSize() ?? 0)
  } catch (error) {
    throw new RangeError(`${cid} is no file and no directory`, { cause: error })
  }
}
