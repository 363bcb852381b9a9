import { once } from 'node:events'
import type { Libp2p, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { CID } from 'multiformats/cid'
import { blocksProtocol } from '#protocol/calls.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import type { Logger } from '../logger.ts'
import type { Pace } from './pace.ts'
import { createPace } from './pace.ts'
import { createQuota } from './quota.ts'
import { createWaitingRoom } from './waiting-room.ts'

/** A CIDv1 of sha2-256 takes four bytes of header and 32 of hash. */
export const cidBytes = 36

/** Ids that may be asked for at a time. */
const batchLimit = 32

export type BlockServerOptions = {
  /** A stream on which nothing is asked for so long is closed. */
  readonly idleMs: number
  /** A peer that takes longer than this to take one block is let go. */
  readonly writeMs: number
  /** Streams of one peer, over all of its connections, and of all peers: each may hold a block or two in memory. */
  readonly streams: { readonly each: number; readonly all: number }
}

export const blockServerOptions: BlockServerOptions = {
  idleMs: 60_000,
  writeMs: 30_000,
  streams: { each: 8, all: 128 },
}

/**
 * Serves this node's blocks: a request is a frame of ids, the answer a frame for each in the same order, empty where the block is not here.
 * Back-pressure is the stream's own: a slow reader costs one block of memory. A stream above the quota is broken off at once.
 */
export async function serveBlocks(
  {
    libp2p,
    blocks,
    logger,
    pace = createPace(null),
  }: {
    readonly libp2p: Libp2p
    readonly blocks: Pick<FlatBlockStore, 'read'>
    readonly logger: Logger
    /** Of all that is sent, to whomever. */
    readonly pace?: Pace
  },
  { idleMs, writeMs, streams }: BlockServerOptions = blockServerOptions,
): Promise<void> {
  const quota = createQuota(streams)
  // One place in eight stays for whoever comes next, so that streams on which nothing moves keep nobody out.
  const waiting = createWaitingRoom(Math.ceil((streams.all * 7) / 8))

  /** Serves until the stream fails or its other side is done, which an end of requests looks like. */
  const serve = async (stream: Stream): Promise<never> => {
    const frames = lpStream(stream, { maxDataLength: batchLimit * cidBytes })
    const whileHeld = async <T>(wait: () => Promise<T>): Promise<T> => {
      using _place = waiting.enter(() => stream.abort(new Error('others wait')))
      return await wait()
    }
    const drain = () => whileHeld(() => drained(stream, AbortSignal.timeout(writeMs)))
    for (;;) {
      const request = await whileHeld(() => frames.read({ signal: AbortSignal.timeout(idleMs) }))
      for (const cid of parseIds(request.subarray())) {
        const block = await blocks.read(cid).catch(() => new Uint8Array())
        if (pace.isLimited) await writePaced(stream, block, { pace, drain })
        else await whileHeld(() => frames.write(block, { signal: AbortSignal.timeout(writeMs) }))
      }
    }
  }

  await libp2p.handle(
    blocksProtocol,
    async (stream, { remotePeer }) => {
      using place = quota(remotePeer.toString())
      const failed = place ? await serve(stream).catch(asError) : new Error('too many streams')
      logger.debug('block stream ended', { peer: remotePeer.toString() }, failed)
      // A peer that has asked for all it wants has closed its side: then there is nothing to break off.
      if (stream.remoteWriteStatus === 'closed' && place)
        await stream
          .close({ signal: AbortSignal.timeout(writeMs) })
          .catch(() => stream.abort(failed))
      else stream.abort(failed)
    },
    { maxInboundStreams: streams.each },
  )
}

/** Bytes that are sent in one turn under a limit: small, so that none of many streams falls silent while the others have theirs. */
const sliceBytes = 64 * 1024

/** Writes a frame slice by slice, each when its turn comes. */
async function writePaced(
  stream: Stream,
  block: Uint8Array,
  { pace, drain }: { readonly pace: Pace; readonly drain: () => Promise<void> },
): Promise<void> {
  const frame = Buffer.concat([varint(block.length), block])
  for (let start = 0; start < frame.length; start += sliceBytes) {
    const slice = frame.subarray(start, start + sliceBytes)
    await pace.take(slice.length)
    if (stream.status !== 'open') throw new Error('the stream has ended')
    if (!stream.send(slice)) await drain()
  }
}

/** Resolves once a stream takes more. Its own `onDrain` waits the first time only. Rejects when it closes instead. */
async function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  const ended = new AbortController()
  const end = (): void => ended.abort(new Error('the stream has ended'))
  stream.addEventListener('close', end)
  try {
    await once(stream, 'drain', { signal: AbortSignal.any([signal, ended.signal]) })
  } finally {
    stream.removeEventListener('close', end)
  }
}

/** A length as frames begin with it: seven bits a byte, the lowest first. */
function varint(length: number): Uint8Array {
  const bytes: number[] = []
  let left = length
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80)
  return Uint8Array.from([...bytes, left])
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the stream has failed')
}

/** Throws on a frame that is not a row of ids. */
function parseIds(frame: Uint8Array): readonly CID[] {
  if (frame.length === 0 || frame.length % cidBytes !== 0)
    throw new RangeError('a request is a row of ids')
  return Array.from({ length: frame.length / cidBytes }, (_, index) =>
    CID.decode(frame.subarray(index * cidBytes, (index + 1) * cidBytes)),
  )
}
