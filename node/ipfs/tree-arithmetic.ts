import * as dagPb from '@ipld/dag-pb'
import { BlackHoleBlockstore } from 'blockstore-core'
import { UnixFS } from 'ipfs-unixfs'
import { importBytes } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import type { AddedContent } from '#market/ports/content-store.ts'
import { Cid } from '#protocol/ids.ts'
import type { TreeStore } from '../processing/tree.ts'
import { chunkBytes, directoryBlock, importProfile } from './dag.ts'

/** Links in one node of a file under the network's import profile. */
const linksPerNode = 1024

/** Any id of a chunk: all are of one length, and only lengths are counted here. */
const anyChunk = CID.parse('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')

/**
 * Finds the ids of a tree without keeping a byte of it, from the sizes of files whose ids are known.
 * Its `sizes` throws a RangeError for a file that it was not told of.
 */
export function createTreeArithmetic(fileBytes: ReadonlyMap<Cid, number>): TreeStore {
  return {
    addBytes: async (bytes) => {
      const options = { profile: importProfile } as const
      const { cid } = await importBytes(bytes, new BlackHoleBlockstore(), options)
      return added(Cid.parse(cid.toString()), bytes.length)
    },
    addDirectory: async (entries) => {
      const { cid, dagBytes } = await directoryBlock(entries)
      return { cid: Cid.parse(cid.toString()), bytes: 0, dagBytes }
    },
    sizes: async (cid) => {
      const bytes = fileBytes.get(cid)
      if (bytes === undefined) throw new RangeError(`the size of ${cid} is not known`)
      return added(cid, bytes)
    },
  }
}

function added(cid: Cid, bytes: number): AddedContent {
  return { cid, bytes, dagBytes: fileDagBytes(bytes) }
}

/** Bytes of all the blocks of a file of so many bytes: its chunks, and the node that links them. Throws a RangeError above 1 GiB. */
export function fileDagBytes(bytes: number): number {
  if (bytes <= chunkBytes) return bytes
  const chunks = Math.ceil(bytes / chunkBytes)
  if (chunks > linksPerNode) throw new RangeError('a file of a tree has less than 1 GiB')
  const sizes = Array.from({ length: chunks }, (_, index) =>
    Math.min(chunkBytes, bytes - index * chunkBytes),
  )
  const data = new UnixFS({ type: 'file', blockSizes: sizes.map(BigInt) }).marshal()
  const links = sizes.map((size) => ({ Name: '', Tsize: size, Hash: anyChunk }))
  return bytes + dagPb.encode(dagPb.prepare({ Data: data, Links: links })).length
}
