import * as dagPb from '@ipld/dag-pb'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { equals } from 'multiformats/bytes'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { blocksProtocol } from '#protocol/calls.ts'
import type { Cid } from '#protocol/ids.ts'
import { Cid as CidText } from '#protocol/ids.ts'

export type FetchedTree = { readonly blocks: number; readonly bytes: number }

/** Ids asked for at a time; one takes as many bytes in a request. */
const askedAtOnce = 4
const cidBytes = 36
const blockLimitBytes = 2 * 1024 * 1024
/** A tab looks at a tree, it does not keep it: what is larger is for the gateway. */
const treeLimitBytes = 256 * 1024 * 1024

/** Brings everything below an id from one peer by the block protocol. Rejects with what is wrong where a block lacks or is another. */
export async function fetchTree(
  libp2p: Pick<Libp2p, 'dialProtocol'>,
  peer: PeerId,
  root: Cid,
  signal: AbortSignal,
): Promise<FetchedTree> {
  const stream = await libp2p.dialProtocol(peer, blocksProtocol, { signal })
  const frames = lpStream(stream, { maxDataLength: blockLimitBytes })
  const known = new Set<string>([root])
  const wanted = [CID.parse(root)]
  let [blocks, bytes] = [0, 0]
  try {
    while (wanted.length > 0) {
      const asked = wanted.splice(0, askedAtOnce)
      await frames.write(requestFor(asked), { signal })
      for (const cid of asked) {
        const block = (await frames.read({ signal })).subarray()
        await requireBlockOf(cid, block)
        blocks += 1
        bytes += block.length
        if (bytes > treeLimitBytes) throw new Error('it is larger than a tab looks at')
        for (const link of linksOf(cid, block)) {
          if (!known.has(link.toString())) wanted.push(link)
          known.add(link.toString())
        }
      }
    }
    await stream.close({ signal })
    return { blocks, bytes }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error('the tree did not come'))
    throw error
  }
}

function requestFor(cids: readonly CID[]): Uint8Array {
  const request = new Uint8Array(cids.length * cidBytes)
  for (const [index, cid] of cids.entries()) request.set(cid.bytes, index * cidBytes)
  return request
}

async function requireBlockOf(cid: CID, block: Uint8Array): Promise<void> {
  if (block.length === 0) throw new Error(`the peer does not have ${cid}`)
  const { digest } = await sha256.digest(block)
  if (!equals(digest, cid.multihash.digest)) throw new Error(`what came is not ${cid}`)
}

/** Throws on a link that is not of the market's profile. */
function linksOf(cid: CID, block: Uint8Array): readonly CID[] {
  if (cid.code !== dagPb.code) return []
  const links = dagPb.decode(block).Links.map(({ Hash }) => Hash)
  for (const link of links) CidText.parse(link.toString())
  return links
}
