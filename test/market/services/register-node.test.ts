import { expect, test } from 'vitest'
import type { OutboxEntry, OutboxRequest } from '#market/ports/outbox.ts'
import { createRegistration } from '#market/services/register-node.ts'
import { ChainTime, Multiaddr } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { NodeRegister } from '#protocol/registration.ts'
import type { SignedTransaction } from '#protocol/transaction.ts'
import {
  aRegistration,
  bob,
  encoderProfile,
  hbd,
  sha256,
  transactionId,
} from '../../support/builders.ts'
import { createTestChain, testNetwork } from '../../support/test-chain.ts'

/** A node's registration on a chain in memory, with an outbox whose transactions are in the next block. */
function aNode(start: NodeRegister, operationId = testNetwork.operationId) {
  const chain = createTestChain()
  let profile = start
  const sent: string[] = []
  const entries = new Map<string, OutboxEntry>()
  let waiting: LedgerAction[] = []
  const submit = ({ key, operations }: OutboxRequest): OutboxEntry => {
    for (const [, body] of operations) {
      const json = String(body['json'])
      sent.push(JSON.parse(json).t)
      waiting.push({ type: 'custom-json', signers: [{ account: bob, role: 'posting' }], json })
    }
    const entry: OutboxEntry = {
      key,
      transaction: {} as SignedTransaction,
      id: transactionId(key),
      expires: ChainTime.parse(0),
      phase: 'signed',
      block: null,
      complaint: null,
    }
    entries.set(key, entry)
    return entry
  }
  const registration = createRegistration({
    account: bob,
    operationId,
    outbox: { find: (key) => entries.get(key) ?? null, submit },
    ledger: { current: chain.ledger, isSynced: () => true, isTrusted: () => true },
    sha256,
    profile: () => profile,
  })
  return {
    chain,
    sent,
    registration,
    become: (next: NodeRegister) => {
      profile = next
    },
    round: () => {
      registration.advance()
      chain.block(waiting)
      waiting = []
    },
  }
}

const first = aRegistration({ roles: ['encoder'], encoder: encoderProfile })
const moved = { ...first, addresses: [Multiaddr.parse('/ip4/10.0.0.1/tcp/1')] }

test('a node registers once, updates what changes, and registers again where an update cannot say it', () => {
  const node = aNode(first)
  const states: readonly [NodeRegister, string][] = [
    [first, 'node.register'],
    [moved, 'node.update'],
    [{ ...moved, encoder: { ...encoderProfile, hwAccel: 'vaapi' } }, 'node.update'],
    [first, 'node.register'],
    [moved, 'node.update'],
    [aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }), 'node.register'],
  ]
  for (const [index, [profile]] of states.entries()) {
    node.become(profile)
    expect(node.registration.isCurrent()).toBe(false)
    node.round()
    expect(node.registration.isCurrent()).toBe(true)
    node.round()
    expect(node.sent).toEqual(states.slice(0, index + 1).map(([, kind]) => kind))
  }
})

test('a region is told, and told anew where it changes', () => {
  const node = aNode({ ...first, region: 'DE' })
  node.round()
  node.become({ ...first, region: 'FR' })
  node.round()
  expect(node.sent).toEqual(['node.register', 'node.register'])
  expect(node.chain.ledger().nodes.get(bob)).toMatchObject({ region: 'FR' })
  expect(node.registration.isCurrent()).toBe(true)
})

test('a region that the chain does not take yet keeps nobody from registering', () => {
  const node = aNode({ ...first, region: 'DE' }, 'spk-encoder')
  node.round()
  expect(node.chain.ledger().nodes.get(bob)).toMatchObject({ phase: 'active' })
  expect(node.chain.ledger().nodes.get(bob)).not.toHaveProperty('region')
  expect(node.registration.isCurrent()).toBe(true)
})

test('a node says the same once, however often it is asked before a block has it', () => {
  const node = aNode(first)
  for (let turn = 0; turn < 3; turn += 1) node.registration.advance()
  expect(node.sent).toEqual(['node.register'])
})
