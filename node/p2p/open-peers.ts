import type { Libp2p, PeerId } from '@libp2p/interface'
import type { RegistryView } from '#market/ports/ledger-view.ts'
import { blocksProtocol } from '#protocol/calls.ts'

/** Peers asked beside those that should have the content. */
const askedAtOnce = 8

/**
 * Peers that are connected, give blocks, and are not in the market for themselves: indexers, of which the registry knows nothing, and
 * gateways. Videos are uploaded to them by creators who run no node.
 */
export function createOpenPeers({
  libp2p,
  ledger,
}: {
  readonly libp2p: Libp2p
  readonly ledger: RegistryView
}): () => Promise<readonly PeerId[]> {
  const givesBlocks = async (peer: PeerId): Promise<boolean> => {
    const known = await libp2p.peerStore.get(peer).catch(() => null)
    return known?.protocols.includes(blocksProtocol) ?? false
  }
  return async () => {
    const busy = new Set<string>(
      [...ledger.current().nodes.values()]
        .filter(({ phase, roles }) => phase === 'active' && !roles.includes('gateway'))
        .map(({ peer }) => peer),
    )
    const others = libp2p.getPeers().filter((peer) => !busy.has(peer.toString()))
    const giving = await Promise.all(others.map(givesBlocks))
    return others.filter((_, index) => giving[index]).slice(0, askedAtOnce)
  }
}
