import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { z } from 'zod'
import type { CallRequest, CallResponse, Verb } from '#protocol/calls.ts'
import { callProtocol, calls } from '#protocol/calls.ts'
import { envelopeLimitBytes } from '#protocol/envelope.ts'
import type { Logger } from '../logger.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** Answers one kind of call. What it throws is the caller's failure, and is not told in detail. */
export type CallHandler<V extends Verb> = (
  request: CallRequest<V>,
  from: PeerId,
) => Promise<CallResponse<V>>

const requestMs = 10_000
const answerMs = 15_000
/** The longest that a caller waits, connecting not counted. */
const callMs = 15_000

/** One frame each way; a transaction and what wraps it are the largest. */
const frameLimitBytes = 2 * envelopeLimitBytes

export type CallServerDeps = {
  readonly libp2p: Libp2p
  readonly logger: Logger
  /** Whether a peer may call now; a call above its rate is broken off unread. */
  readonly isWithinRate: (peer: string) => boolean
  /** Places for calls under way, of all verbs together: each holds a stream and a frame in memory. */
  readonly waiting: WaitingRoom
}

/** Answers a verb: one stream a call, one frame each way, both parsed. A malformed request ends the stream. */
export async function serveCalls<V extends Verb>(
  { libp2p, logger, isWithinRate, waiting }: CallServerDeps,
  verb: V,
  handler: CallHandler<V>,
  waits: { readonly requestMs: number; readonly answerMs: number } = { requestMs, answerMs },
): Promise<void> {
  const answer = async (stream: Stream, from: PeerId): Promise<void> => {
    if (!isWithinRate(from.toString())) throw new Error('too many calls')
    using _place = waiting.enter(() => stream.abort(new Error('others wait')))
    const frames = lpStream(stream, { maxDataLength: frameLimitBytes })
    const text = await frames.read({ signal: AbortSignal.timeout(waits.requestMs) })
    const request = calls[verb].request.parse(JSON.parse(decode(text.subarray()))) as CallRequest<V>
    const response = await handler(request, from)
    await frames.write(encode(calls[verb].response, response), {
      signal: AbortSignal.timeout(waits.answerMs),
    })
    await stream.close({ signal: AbortSignal.timeout(waits.answerMs) })
  }
  await libp2p.handle(
    callProtocol(verb),
    async (stream, connection) => {
      await answer(stream, connection.remotePeer).catch((error: unknown) => {
        logger.debug('call not answered', { verb, peer: connection.remotePeer.toString() }, error)
        stream.abort(error instanceof Error ? error : new Error('call failed'))
      })
    },
    // Short enough for what a relay carries: those that cannot meet directly can still do business.
    { maxInboundStreams: 32, runOnLimitedConnection: true },
  )
}

/** Calls a peer and parses its answer. Rejects on any failure; whether the request arrived is then not known. */
export async function callPeer<V extends Verb>(
  libp2p: Libp2p,
  peer: PeerId,
  verb: V,
  request: CallRequest<V>,
  signal: AbortSignal = AbortSignal.timeout(callMs),
): Promise<CallResponse<V>> {
  const stream = await libp2p.dialProtocol(peer, callProtocol(verb), {
    signal,
    runOnLimitedConnection: true,
  })
  try {
    const frames = lpStream(stream, { maxDataLength: frameLimitBytes })
    await frames.write(encode(calls[verb].request, request), { signal })
    const text = await frames.read({ signal })
    await stream.close({ signal })
    return calls[verb].response.parse(JSON.parse(decode(text.subarray()))) as CallResponse<V>
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error('call failed'))
    throw error
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

function encode(schema: z.ZodType, value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(z.encode(schema, value)))
}

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
