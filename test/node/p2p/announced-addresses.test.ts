import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { createAnnouncedAddresses } from '#node/p2p/announced-addresses.ts'

const direct = '/ip4/8.8.8.8/tcp/4001'
const first =
  '/ip4/1.1.1.1/tcp/1/p2p/12D3KooWLgdAstnCnCce9rLQqJqDfdSAQGpJw7uSYRdnZBWq6XFJ/p2p-circuit'
const second = first.replace('1.1.1.1', '9.9.9.9')

function announcing(...listened: string[]) {
  const peer = { listened, now: 0 }
  const libp2p = { getMultiaddrs: () => peer.listened.map((address) => multiaddr(address)) }
  const addresses = createAnnouncedAddresses({ libp2p, now: () => peer.now }, { graceMs: 1_000 })
  return { peer, told: () => addresses().map(String) }
}

test('direct addresses are told before relayed ones', () => {
  expect(announcing(first, direct).told()).toEqual([direct, first])
})

test('a relay that is lost for a moment stays told, one that stays away does not', () => {
  const { peer, told } = announcing(first)
  expect(told()).toEqual([first])
  peer.listened = []
  peer.now = 1_000
  expect(told()).toEqual([first])
  peer.now = 1_001
  expect(told()).toEqual([])
})

test('another relay takes the place of a lost one at once', () => {
  const { peer, told } = announcing(first)
  expect(told()).toEqual([first])
  peer.listened = [second]
  expect(told()).toEqual([second])
})
