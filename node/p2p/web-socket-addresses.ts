import type { Libp2p } from '@libp2p/interface'
import { webSocketSource } from '#market/api/web-socket-source.ts'
import { Multiaddr } from '#protocol/ids.ts'

/** Where pages can dial this peer, as of now. Kept, because every answer of the server names them in its security policy. */
export function createWebSocketAddresses(
  libp2p: Pick<Libp2p, 'getMultiaddrs' | 'addEventListener'>,
): () => readonly Multiaddr[] {
  const find = (): readonly Multiaddr[] =>
    libp2p
      .getMultiaddrs()
      .map(String)
      .filter((address) => webSocketSource(address) !== null)
      .map((address) => Multiaddr.parse(address))
  let found = find()
  libp2p.addEventListener('self:peer:update', () => {
    found = find()
  })
  return () => found
}
