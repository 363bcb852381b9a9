import type { Connection, IdentifyResult, Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { MarketError } from '#market/errors.ts'
import { isRelayed } from './peer-address.ts'

/** Makes sure that a peer can be sent much: a relay carries little, and breaks off whoever sends more. */
export interface DirectWay {
  /** Resolves once there is a connection that no relay limits. Rejects with `peer-unreachable` where none comes about. */
  ensure(peer: PeerId, signal: AbortSignal): Promise<void>
}

/**
 * A peer that is connected through a relay only is dialled where it says that it is, and by the direct way that its relay arranges; meanwhile
 * the other side may come first. `patienceMs` is how long that may take.
 */
export function createDirectWay(
  libp2p: Libp2p,
  { patienceMs }: { readonly patienceMs: number },
): DirectWay {
  const isDirect = (peer: PeerId): boolean => libp2p.getConnections(peer).some(isUnlimited)

  const dialDirectly = async (peer: PeerId, signal: AbortSignal): Promise<void> => {
    const { addresses } = await libp2p.peerStore.get(peer)
    const direct = addresses
      .map(({ multiaddr }) => multiaddr)
      .filter((address) => !isRelayed(address) || isArranged(address.toString()))
      .map((address) => boundTo(address, peer))
    if (direct.length > 0) await libp2p.dial(direct, { force: true, signal })
  }

  return {
    ensure: async (peer, signal) => {
      signal.throwIfAborted()
      // One that is not connected at all is dialled by whoever opens the stream.
      if (libp2p.getConnections(peer).length === 0 || isDirect(peer)) return
      using watch = new DisposableStack()
      const found = new AbortController()
      const within = AbortSignal.any([signal, found.signal, AbortSignal.timeout(patienceMs)])
      const ended = new Promise<void>((resolve) => {
        within.addEventListener('abort', () => resolve(), { once: true })
      })
      const failures: unknown[] = []
      const dial = (): void =>
        void dialDirectly(peer, within).catch((error: unknown) => failures.push(error))
      const look = (): void => {
        if (isDirect(peer)) found.abort()
      }
      // Where it is, it says only after it was connected.
      const hear = ({ detail }: CustomEvent<IdentifyResult>): void => {
        if (detail.peerId.equals(peer)) dial()
      }
      libp2p.addEventListener('connection:open', look)
      watch.defer(() => libp2p.removeEventListener('connection:open', look))
      libp2p.addEventListener('peer:identify', hear)
      watch.defer(() => libp2p.removeEventListener('peer:identify', hear))
      dial()
      await ended
      signal.throwIfAborted()
      if (isDirect(peer)) return
      const message = `${peer} is reached through a relay only, which carries no videos.`
      throw new MarketError('peer-unreachable', message, {}, { cause: failures.at(-1) })
    },
  }
}

function isUnlimited({ limits, status }: Connection): boolean {
  return limits === undefined && status === 'open'
}

/** The relay only introduces the two. */
function isArranged(address: string): boolean {
  return address.includes('/p2p-circuit/webrtc')
}

function boundTo(address: Multiaddr, peer: PeerId): Multiaddr {
  const name = `/p2p/${peer}`
  return address.toString().endsWith(name) ? address : address.encapsulate(name)
}
