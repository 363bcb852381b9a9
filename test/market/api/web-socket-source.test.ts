import { expect, test } from 'vitest'
import { webSocketSource } from '#market/api/web-socket-source.ts'

const peer = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

test.each([
  [`/ip4/127.0.0.1/tcp/4002/ws/p2p/${peer}`, 'ws://127.0.0.1:4002'],
  [`/dns4/market.example/tcp/443/tls/ws/p2p/${peer}`, 'wss://market.example:443'],
  ['/dns/market.example/tcp/443/wss', 'wss://market.example:443'],
])('a page may dial %s at %s', (address, source) => {
  expect(webSocketSource(address)).toBe(source)
})

test.each([
  `/ip4/127.0.0.1/tcp/4001/p2p/${peer}`,
  `/ip6/::1/tcp/4002/ws/p2p/${peer}`,
  `/ip4/127.0.0.1/tcp/4002/ws/p2p/${peer}/p2p-circuit`,
  '/dns4/market.example; script-src */tcp/443/wss',
  '/dns4/market.example/tcp/443/wss evil.example',
])('a policy has no word for %s', (address) => {
  expect(webSocketSource(address)).toBeNull()
})
