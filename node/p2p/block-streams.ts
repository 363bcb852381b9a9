import type { Libp2p } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import type { CID } from 'multiformats/cid'
import { blocksProtocol } from '#protocol/calls.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { blockLimitBytes } from '../ipfs/dag.ts'
import { cidBytes } from './block-server.ts'
import type { PeerDirectory } from './peer-directory.ts'

/** A stream of blocks from one peer. */
export interface BlockStream extends AsyncDisposable {
  /** Asks for blocks and yields them in the same order, an empty one for each that the peer has not. */
  request(cids: readonly CID[]): AsyncIterable<Uint8Array>
}

export interface BlockStreams {
  open(provider: HiveAccount, signal: AbortSignal): Promise<BlockStream>
}

const dialMs = 15_000
/** A peer that sends nothing for so long is of no use, however much is left. */
const silenceMs = 20_000

export function createBlockStreams({
  libp2p,
  peers,
}: {
  readonly libp2p: Libp2p
  readonly peers: PeerDirectory
}): BlockStreams {
  return {
    open: async (provider, signal) => {
      const within = (milliseconds: number): AbortSignal =>
        AbortSignal.any([signal, AbortSignal.timeout(milliseconds)])
      const stream = await libp2p.dialProtocol(peers.targetOf(provider), blocksProtocol, {
        signal: within(dialMs),
      })
      const frames = lpStream(stream, {
        maxDataLength: blockLimitBytes,
        maxBufferSize: 4 * blockLimitBytes,
      })
      return {
        request: async function* (cids) {
          await frames.write(concatIds(cids), { signal: within(silenceMs) })
          for (const _ of cids) yield (await frames.read({ signal: within(silenceMs) })).subarray()
        },
        [Symbol.asyncDispose]: async () => {
          await stream
            .close({ signal: AbortSignal.timeout(2_000) })
            .catch(() => stream.abort(new Error('not closed in time')))
        },
      }
    },
  }
}

function concatIds(cids: readonly CID[]): Uint8Array {
  const bytes = new Uint8Array(cids.length * cidBytes)
  for (const [index, cid] of cids.entries()) bytes.set(cid.bytes, index * cidBytes)
  return bytes
}
