import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import type { CID } from 'multiformats/cid'
import { blocksProtocol } from '#protocol/calls.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Pieces } from '../ipfs/block-store.ts'
import { blockLimitBytes } from '../ipfs/dag.ts'
import type { Bans } from './bans.ts'
import { noBans } from './bans.ts'
import { cidBytes } from './block-server.ts'
import { createDirectWay } from './direct-way.ts'
import type { PeerDirectory } from './peer-directory.ts'

/** A stream of blocks from one provider. */
export interface BlockStream extends AsyncDisposable {
  /** Asks for blocks and yields them in the same order, no pieces for each that the peer has not. */
  request(cids: readonly CID[]): AsyncIterable<Pieces>
  /** Says that what came for an id was something else: the provider is banned. */
  lied(cid: CID): void
}

/** Ids that are asked for at a time on a stream: enough to keep it busy, few enough to hold in memory what comes. */
export const requestLimit = 4

const closeMs = 2_000

/** Who is asked: the registered peer of an account, or one that is connected. */
export type Provider = HiveAccount | PeerId

/** Providers are peers, unless something else gives blocks. */
export interface BlockStreams<From = Provider> {
  open(provider: From, signal: AbortSignal): Promise<BlockStream>
}

export type BlockStreamOptions = {
  readonly dialMs: number
  /** How long a way past the relay is looked for. */
  readonly directMs: number
  /** A peer that sends not one byte for so long is of no use, however much is left. */
  readonly silenceMs: number
  /** The longest that one block may take: a peer that drips bytes is of no use either. */
  readonly blockMs: number
}

export const blockStreamOptions: BlockStreamOptions = {
  dialMs: 15_000,
  directMs: 10_000,
  silenceMs: 20_000,
  blockMs: 120_000,
}

export function createBlockStreams(
  {
    libp2p,
    peers,
    bans = noBans,
  }: {
    readonly libp2p: Libp2p
    readonly peers: Pick<PeerDirectory, 'connect'>
    readonly bans?: Bans
  },
  { dialMs, directMs, silenceMs, blockMs }: BlockStreamOptions = blockStreamOptions,
): BlockStreams {
  const directWay = createDirectWay(libp2p, { patienceMs: directMs })
  return {
    open: async (provider, signal) => {
      const within = AbortSignal.any([signal, AbortSignal.timeout(dialMs)])
      const peer = typeof provider === 'string' ? await peers.connect(provider, within) : provider
      if (bans.isBanned(peer.toString())) throw new Error('banned: it has sent other bytes before')
      await directWay.ensure(peer, within)
      const stream = await libp2p.dialProtocol(peer, blocksProtocol, { signal: within })
      // What is not read yet is in memory: all that one request may bring, and no more.
      const frames = lpStream(stream, {
        maxDataLength: blockLimitBytes,
        maxBufferSize: (requestLimit + 1) * blockLimitBytes,
      })
      return {
        request: async function* (cids) {
          signal.throwIfAborted()
          using silence = watchSilence(stream, silenceMs)
          const within = AbortSignal.any([signal, silence.signal])
          try {
            await frames.write(concatIds(cids), { signal: within })
            for (const _ of cids) {
              silence.reset()
              const limit = AbortSignal.any([within, AbortSignal.timeout(blockMs)])
              yield [...(await frames.read({ signal: limit }))]
            }
          } catch (error) {
            stream.abort(asError(error))
            throw error
          }
        },
        lied: (cid) => bans.ban(peer.toString(), cid.toString()),
        [Symbol.asyncDispose]: async () => {
          if (signal.aborted) stream.abort(asError(signal.reason))
          else
            await stream
              .close({ signal: AbortSignal.timeout(closeMs) })
              .catch((error: unknown) => stream.abort(asError(error)))
        },
      }
    },
  }
}

type SilenceWatch = Disposable & { readonly signal: AbortSignal; readonly reset: () => void }

/** Aborts when a stream has brought no byte for a while. */
function watchSilence(stream: Stream, silenceMs: number): SilenceWatch {
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(new Error('fell silent')), silenceMs)
  const reset = (): void => void timer.refresh()
  stream.addEventListener('message', reset)
  return {
    signal: silent.signal,
    reset,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      stream.removeEventListener('message', reset)
    },
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the stream has failed')
}

function concatIds(cids: readonly CID[]): Uint8Array {
  const bytes = new Uint8Array(cids.length * cidBytes)
  for (const [index, cid] of cids.entries()) bytes.set(cid.bytes, index * cidBytes)
  return bytes
}
