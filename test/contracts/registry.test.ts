import { expect, test } from 'vitest'
import type { NodeRecord } from '#contracts/registry.ts'
import { Multiaddr } from '#protocol/ids.ts'
import type { NodeUpdate } from '#protocol/registration.ts'
import { alice, aRegistration, bob, encoderProfile, hbd } from '../support/builders.ts'
import { createTestChain, says } from '../support/test-chain.ts'

const address = Multiaddr.parse('/ip4/127.0.0.1/tcp/4001')
const update = (members: Omit<NodeUpdate, 'v' | 't'>): NodeUpdate => ({
  v: 1,
  t: 'node.update',
  ...members,
})

function encoderOnChain() {
  const chain = createTestChain()
  chain.block([says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))])
  return chain
}

const nodeOf = (chain: ReturnType<typeof createTestChain>): NodeRecord | undefined =>
  chain.ledger().nodes.get(bob)

test.each<[string, Omit<NodeUpdate, 'v' | 't'>, Partial<NodeRecord>]>([
  ['addresses', { addresses: [address] }, { addresses: [address] }],
  ['no addresses any more', { addresses: [] }, { addresses: [] }],
  [
    'prices',
    { encoder: { prices: [{ rendition: '720p', perMinute: hbd(8n) }] } },
    { encoder: { ...encoderProfile, prices: [{ rendition: '720p', perMinute: hbd(8n) }] } },
  ],
  [
    'hardware that was not named before',
    { encoder: { hwAccel: 'nvenc' } },
    { encoder: { ...encoderProfile, hwAccel: 'nvenc' } },
  ],
  ['nothing of what it leaves out', { encoder: { workers: 2 } }, {}],
])('an update replaces %s and leaves the rest', (_, members, expected) => {
  const chain = encoderOnChain()
  const before = nodeOf(chain)
  const [record] = chain.block([says(bob, update(members))])
  expect(record?.facts).toEqual([{ type: 'node-updated', account: bob }])
  expect(nodeOf(chain)).toEqual({ ...before, ...expected, updated: 2 })
})

test.each([
  ['an account that never registered', alice],
  ['an account that retired', bob],
])('an update of %s is refused', (_, who) => {
  const chain = encoderOnChain()
  chain.block([says(bob, { v: 1, t: 'node.retire' })])
  const before = chain.ledger().nodes
  const [record] = chain.block([says(who, update({ addresses: [address] }))])
  expect(record?.refusal).toBe('not-registered')
  expect(chain.ledger().nodes).toBe(before)
})

test('an update cannot give terms to a role that the node does not play', () => {
  const chain = encoderOnChain()
  const records = chain.block([says(bob, update({ arbiter: { fee: hbd(1n) } }))])
  expect(records[0]?.refusal).toBe('terms-without-role')
  chain.block([says(alice, aRegistration())])
  const [record] = chain.block([says(alice, update({ encoder: { workers: 3 } }))])
  expect(record?.refusal).toBe('terms-without-role')
})
