import { autoNAT } from '@libp2p/autonat'
import type { CircuitRelayServerInit } from '@libp2p/circuit-relay-v2'
import {
  circuitRelayServer,
  circuitRelayTransport,
  RELAY_V2_HOP_CODEC,
} from '@libp2p/circuit-relay-v2'
import { dcutr } from '@libp2p/dcutr'
import type { Libp2p } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { uPnPNAT } from '@libp2p/upnp-nat'
import { webRTC } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { StunPlace } from './stun-server.ts'

/** How a peer gets past routers that let nobody in. */
export type Traversal = {
  /** Carries others' first words to each other, and tells them their addresses. */
  readonly isRelay?: boolean | undefined
  /** Is found through a relay, because nobody can dial it. */
  readonly isRelayed?: boolean | undefined
  /** Asks the router of the own network to let others in. */
  readonly upnp?: boolean | undefined
  readonly reach: 'loopback' | 'anywhere'
}

/**
 * What a relay gives: enough to meet, to talk about a job and to find a direct way, and too little for a video. What waits to be
 * handed on is never more than one connection may carry in all.
 */
const relayLimits = {
  maxInboundHopStreams: 64,
  maxOutboundHopStreams: 64,
  maxOutboundStopStreams: 256,
  reservations: {
    maxReservations: 256,
    /** Milliseconds. */
    reservationTtl: 60 * 60_000,
    defaultDurationLimit: 10 * 60_000,
    /** Bytes in each direction. */
    defaultDataLimit: 2n ** 20n,
  },
} as const satisfies CircuitRelayServerInit

/** Addresses by which a relay lets others in; behind `webrtc` lies a direct way that two peers agree on through the relay. */
export function relayedListen({ isRelayed, reach }: Traversal): readonly string[] {
  if (!isRelayed) return []
  return reach === 'anywhere' ? ['/p2p-circuit', '/webrtc'] : ['/p2p-circuit']
}

/** Ways to connect. WebRTC tries every address of both machines, so a peer of one machine has to do without it. */
export function transportsOf({ reach }: Traversal, libp2p: () => Libp2p | null) {
  const rtcConfiguration = async () => {
    const started = libp2p()
    return { iceServers: started ? await stunServers(started) : [] }
  }
  return [
    tcp(),
    webSockets(),
    circuitRelayTransport(),
    ...(reach === 'anywhere' ? [webRTC({ rtcConfiguration })] : []),
  ]
}

export function traversalServices({ isRelay, upnp, reach }: Traversal) {
  return {
    dcutr: dcutr(),
    ...(isRelay ? { relay: circuitRelayServer(relayLimits) } : {}),
    ...(reach === 'anywhere' ? { autoNAT: autoNAT() } : {}),
    ...(reach === 'anywhere' && upnp ? { upnp: uPnPNAT() } : {}),
  }
}

/** Servers that are asked at a time. */
const askedAtOnce = 3

/** The connected relays, each of which tells addresses at the port where it listens. No other server is ever asked. */
async function stunServers(libp2p: Libp2p): Promise<{ readonly urls: string }[]> {
  const asked: { readonly urls: string }[] = []
  for (const { remotePeer, remoteAddr, direction } of libp2p.getConnections()) {
    const place = direction === 'outbound' ? placeOf(remoteAddr) : null
    const known = place && (await libp2p.peerStore.get(remotePeer).catch(() => null))
    if (!known?.protocols.includes(RELAY_V2_HOP_CODEC)) continue
    const host = place?.host.includes(':') ? `[${place.host}]` : place?.host
    asked.push({ urls: `stun:${host}:${place?.port}` })
    if (asked.length === askedAtOnce) break
  }
  return asked
}

/** The places where a relay that listens at these addresses tells addresses: the ports of UDP beside those of TCP. */
export function stunPlaces(listen: readonly Multiaddr[]): readonly StunPlace[] {
  return listen.flatMap((address) => placeOf(address) ?? [])
}

/** Host and port of a bare TCP address, or null. */
function placeOf(address: Multiaddr): StunPlace | null {
  const [ip, tcp, ...rest] = address.getComponents()
  const isBare = rest.every(({ name }) => name === 'p2p')
  if (!isBare || tcp?.name !== 'tcp' || (ip?.name !== 'ip4' && ip?.name !== 'ip6')) return null
  const port = Number(tcp.value)
  return ip.value && port > 0 ? { host: ip.value, port } : null
}
