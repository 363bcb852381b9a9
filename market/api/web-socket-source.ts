const webSocket =
  /^\/(?:ip4|dns|dns4|dns6)\/([a-z0-9.-]+)\/tcp\/(\d{1,5})\/(ws|wss|tls\/ws)(?:\/p2p\/\w+)?$/

/**
 * What the security policy of a page calls the place of a libp2p address, where a page can dial it: by WebSocket, at a name or an
 * IPv4 address (a policy has no word for IPv6). Null for every other.
 */
export function webSocketSource(address: string): string | null {
  const [, host, port, way] = webSocket.exec(address) ?? []
  if (host === undefined) return null
  return `${way === 'ws' ? 'ws' : 'wss'}://${host}:${port}`
}
