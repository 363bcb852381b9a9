import type { Connection, Metrics, Stream } from '@libp2p/interface'
import { StreamMessageEvent } from '@libp2p/interface'

type PeerTraffic = { readonly bytesIn: number; readonly bytesOut: number }

/** Bytes that are exchanged with each peer. */
export interface Traffic {
  /** Since the peer was connected, or about that; none for one that is not known. */
  of(peer: string): PeerTraffic
  /** For libp2p, which tells of every stream. */
  readonly metrics: Metrics
}

/** Peers that are remembered, before those that are not connected any more are forgotten. */
const mostRemembered = 1_000

/** Counts the bytes of streams, which are the same for every kind of connection. `connections` are those there are now. */
export function createTraffic(connections: () => readonly Connection[]): Traffic {
  const counted = new Map<string, { bytesIn: number; bytesOut: number }>()

  const forgetTheGone = (): void => {
    const connected = new Set(connections().map(({ remotePeer }) => remotePeer.toString()))
    for (const peer of counted.keys()) if (!connected.has(peer)) counted.delete(peer)
  }

  const countsOf = (peer: string): { bytesIn: number; bytesOut: number } => {
    const known = counted.get(peer)
    if (known) return known
    if (counted.size >= mostRemembered) forgetTheGone()
    const counts = { bytesIn: 0, bytesOut: 0 }
    counted.set(peer, counts)
    return counts
  }

  const trackProtocolStream = (stream: Stream): void => {
    const connection = connections().find(({ streams }) => streams.includes(stream))
    if (!connection) return
    const counts = countsOf(connection.remotePeer.toString())
    // A listener would be given what comes before the stream's reader listens, and the reader would not.
    const dispatch = stream.dispatchEvent.bind(stream)
    stream.dispatchEvent = (event) => {
      if (event instanceof StreamMessageEvent) counts.bytesIn += event.data.byteLength
      return dispatch(event)
    }
    const send = stream.send.bind(stream)
    stream.send = (data) => {
      counts.bytesOut += data.byteLength
      return send(data)
    }
  }

  return {
    of: (peer) => counted.get(peer) ?? { bytesIn: 0, bytesOut: 0 },
    metrics: { ...unmeasured, trackProtocolStream },
  }
}

const nothing = (): void => undefined
const noFigure = {
  update: nothing,
  increment: nothing,
  decrement: nothing,
  reset: nothing,
  observe: nothing,
  timer: () => nothing,
}
const register = () => noFigure

/** What else libp2p would measure is not wanted. */
const unmeasured: Omit<Metrics, 'trackProtocolStream'> = {
  trackMultiaddrConnection: nothing,
  registerMetric: register,
  registerMetricGroup: register,
  registerCounter: register,
  registerCounterGroup: register,
  registerHistogram: register,
  registerHistogramGroup: register,
  registerSummary: register,
  registerSummaryGroup: register,
  traceFunction: (_name: string, traced: never) => traced,
  createTrace: nothing,
}
