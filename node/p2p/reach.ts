import type { ConnectionGater } from '@libp2p/interface'
import { isLoopback, isPrivate } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * How far a peer reaches: `loopback` neither dials nor takes connections beyond this machine; `anywhere` means the Internet,
 * and no machine of the own network, which a stranger's registration must not make this one knock at.
 */
export type Reach = 'loopback' | 'anywhere'

/** Whether an address that others name may be dialled. */
export function isWithinReach(address: Multiaddr, reach: Reach): boolean {
  if (reach === 'loopback') return isLoopback(address)
  return !isPrivate(address) && !isLoopback(address)
}

/** Holds libp2p to the reach, whoever names an address. `configured` are the owner's own choice and may be anywhere that is not beyond a loopback. */
export function createGater(reach: Reach, configured: readonly string[]): ConnectionGater {
  const chosen = new Set(reach === 'loopback' ? [] : configured.map(withoutPeer))
  const isBeyond = (address: Multiaddr): boolean =>
    !isWithinReach(address, reach) && !chosen.has(withoutPeer(address.toString()))
  return {
    denyDialMultiaddr: isBeyond,
    denyInboundConnection: ({ remoteAddr }) => reach === 'loopback' && !isLoopback(remoteAddr),
    filterMultiaddrForPeer: (_peer, address) => !isBeyond(address),
  }
}

function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/.*$/, '')
}
