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

/**
 * The addresses of a registration that may be dialled, each bound to its peer: whoever answers there must prove to be that one.
 * What is no address, is beyond reach or names another peer is left out.
 */
export function addressesOf(
  { addresses, peer }: Pick<NodeRecord, 'addresses' | 'peer'>,
  reach: Reach,
): readonly Multiaddr[] {
  return addresses.flatMap((text) => {
    const address = parseAddress(text.endsWith(`/p2p/${peer}`) ? text : `${text}/p2p/${peer}`)
    const named = address?.getComponents().filter(({ name }) => name === 'p2p') ?? []
    return address && named.length === 1 && isWithinReach(address, reach) ? [address] : []
  })
}
