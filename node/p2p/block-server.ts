import type { Libp2p, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { CID } from 'multiformats/cid'
import { blocksProtocol } from '#protocol/calls.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import type { Logger } from '../logger.ts'

/** A CIDv1 of sha2-256 takes four bytes of header and 32 of hash. */
export const cidBytes = 36

/** Ids that may be asked for at a time. */
export const batchLimit = 32

const idleMs = 60_000
const writeMs = 30_000

/**
 * Serves this node's blocks: a request is a frame of ids, the answer a frame for each in the same order, empty where the block is not here.
 * Back-pressure is the stream's own: a slow reader costs one block of memory.
 */
export async function serveBlocks({
  libp2p,
  blocks,
  logger,
}: {
  readonly libp2p: Libp2p
  readonly blocks: FlatBlockStore
  readonly logger: Logger
}): Promise<void> {
  const serve = async (stream: Stream): Promise<void> => {
    const frames = lpStream(stream, { maxDataLength: batchLimit * cidBytes })
    for (;;) {
      const request = await frames.read({ signal: AbortSignal.timeout(idleMs) }).catch(() => null)
      if (!request) break
      for (const cid of parseIds(request.subarray())) {
        const block = await blocks.read(cid).catch(() => new Uint8Array())
        await frames.write(block, { signal: AbortSignal.timeout(writeMs) })
      }
    }
    await stream.close({ signal: AbortSignal.timeout(writeMs) })
  }

  await libp2p.handle(
    blocksProtocol,
    async (stream) => {
      await serve(stream).catch((error: unknown) => {
        logger.debug('block stream ended', {}, error)
        stream.abort(error instanceof Error ? error : new Error('block stream failed'))
      })
    },
    { maxInboundStreams: 8 },
  )
}

/** Throws on a frame that is not a row of ids. */
function parseIds(frame: Uint8Array): readonly CID[] {
  if (frame.length % cidBytes !== 0) throw new RangeError('a request is a row of ids')
  return Array.from({ length: frame.length / cidBytes }, (_, index) =>
    CID.decode(frame.subarray(index * cidBytes, (index + 1) * cidBytes)),
  )
}
