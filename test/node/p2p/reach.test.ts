import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { createGater, isWithinReach } from '#node/p2p/reach.ts'
import { aHost, connect } from '#test/support/peers.ts'

const loopback = ['/ip4/127.0.0.1/tcp/1', '/ip4/127.9.9.9/tcp/1', '/ip6/::1/tcp/1']
const ownNetwork = [
  '/ip4/10.1.2.3/tcp/1',
  '/ip4/172.16.0.1/tcp/1',
  '/ip4/192.168.1.1/tcp/1',
  '/ip4/169.254.169.254/tcp/80',
  '/ip4/0.0.0.0/tcp/1',
  '/ip6/fe80::1/tcp/1',
  '/ip6/fd00::1/tcp/1',
  '/dns4/localhost/tcp/1',
]
const internet = ['/ip4/8.8.8.8/tcp/1', '/ip6/2001:4860:4860::8888/tcp/1']

test('a peer of one machine reaches that machine only', () => {
  const reached = [...loopback, ...ownNetwork, ...internet].filter((address) =>
    isWithinReach(multiaddr(address), 'loopback'),
  )

  expect(reached).toEqual(loopback)
})

test('a peer of the Internet is not sent knocking at the machines around it', () => {
  const reached = [...loopback, ...ownNetwork, ...internet].filter((address) =>
    isWithinReach(multiaddr(address), 'anywhere'),
  )

  expect(reached).toEqual(internet)
})

test('an address of the own network is dialled where its owner says so, and no other', async () => {
  const { denyDialMultiaddr } = createGater('anywhere', ['/ip4/192.168.1.1/tcp/1/p2p/12D3KooW'])

  expect(await denyDialMultiaddr?.(multiaddr('/ip4/192.168.1.1/tcp/1'))).toBe(false)
  expect(await denyDialMultiaddr?.(multiaddr('/ip4/192.168.1.1/tcp/2'))).toBe(true)
})

test('a host of one machine refuses to dial another', async () => {
  await using host = await aHost()

  await expect(host.libp2p.dial(multiaddr('/ip4/8.8.8.8/tcp/53'))).rejects.toMatchObject({
    name: 'DialDeniedError',
  })
})

test('a peer has the addresses that its owner announces besides those it listens on', async () => {
  await using host = await aHost({ announce: ['/ip4/127.9.9.9/tcp/4001'] })
  const addresses = host.libp2p.getMultiaddrs().map((address) => address.toString())
  const self = `/p2p/${host.libp2p.peerId}`
  expect(addresses).toContain(`/ip4/127.9.9.9/tcp/4001${self}`)
  expect(addresses).toHaveLength(2)
})

test('an address that is taken is told in one sentence', async () => {
  await using host = await aHost()
  const [taken] = host.libp2p.getMultiaddrs().map((address) => address.decapsulate('/p2p'))
  await expect(aHost({ listen: [`${taken}`] })).rejects.toMatchObject({
    code: 'option-invalid',
    message: `The node cannot listen at ${taken} (EADDRINUSE); choose another --listen address.`,
  })
})

test('a peer is reached by WebSocket too, as browsers have it', async () => {
  await using host = await aHost({ listen: ['/ip4/127.0.0.1/tcp/0/ws'] })
  await using other = await aHost()
  await connect(other, host)
  const [connection] = other.libp2p.getConnections(host.libp2p.peerId)
  expect(connection?.remoteAddr.toString()).toMatch(/\/ws\//)
})
