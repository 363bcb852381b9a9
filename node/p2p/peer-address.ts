import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { multiaddr } from '@multiformats/multiaddr'
import type { NodeRecord } from '#contracts/registry.ts'
import type { Reach } from './reach.ts'
import { isWithinReach } from './reach.ts'

/** A text as a libp2p address, or null for one that is none. */
export function parseAddress(text: string): Multiaddr | null {
  try {
    return multiaddr(text)
  } catch {
    return null
  }
}

/** The peer of a registration, or null: anyone may write there what is no peer's id. */
export function parsePeer(text: string): PeerId | null {
  try {
    return peerIdFromString(text)
  } catch {
    return null
  }
}

/** Whether an address leads through a relay, be it only to agree on a direct way. */
export function isRelayed(address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'p2p-circuit')
}

/**
 * The addresses of a registration that may be dialled, each bound to its peer: whoever answers there must prove to be that one.
 * What is no address, is beyond reach or names another peer is left out; at most one relay lies on the way.
 */
export function addressesOf(
  { addresses, peer }: Pick<NodeRecord, 'addresses' | 'peer'>,
  reach: Reach,
): readonly Multiaddr[] {
  return addresses.flatMap((text) => {
    const address = parseAddress(text.endsWith(`/p2p/${peer}`) ? text : `${text}/p2p/${peer}`)
    return address && isPath(address) && isWithinReach(address, reach) ? [address] : []
  })
}

/** Names one peer, at its end, or a relay and behind it one peer. */
function isPath(address: Multiaddr): boolean {
  const names = address.getComponents().map(({ name }) => name)
  const peers = names.filter((name) => name === 'p2p').length
  const relays = names.filter((name) => name === 'p2p-circuit').length
  if (relays === 0) return peers === 1
  const relay = names.indexOf('p2p')
  return relays === 1 && peers === 2 && names[relay + 1] === 'p2p-circuit'
}
