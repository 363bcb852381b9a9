import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeRecord } from '#contracts/registry.ts'
import { registerNode, retireNode, updateNode } from '#contracts/registry.ts'
import { updateOf } from '#market/domain/node-update.ts'
import type { EncoderProfile } from '#protocol/encoder.ts'
import { HwAccel } from '#protocol/encoder.ts'
import { Multiaddr } from '#protocol/ids.ts'
import { formatOperation } from '#protocol/operation.ts'
import type { NodeRegister } from '#protocol/registration.ts'
import {
  aRegistration,
  blockId,
  bob,
  encoderProfile,
  hbd,
  height,
  peerId,
  time,
  transactionId,
} from '../../support/builders.ts'

const context = {
  height: height(7),
  id: blockId(7),
  time: time(1_000),
  transaction: transactionId('a'),
  signer: bob,
}

function recordOf(registration: NodeRegister): NodeRecord {
  const outcome = registerNode(undefined, registration, context)
  if (!outcome.ok) throw new Error(outcome.refusal)
  return outcome.state
}

const addresses = fc.subarray(
  ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/2'].map((text) => Multiaddr.parse(text)),
)
const profile = fc.record(
  {
    class: fc.constant(encoderProfile.class),
    workers: fc.integer({ min: 1, max: 3 }),
    prices: fc.nat(2).map((milli) => [{ rendition: '480p', perMinute: hbd(BigInt(milli)) }]),
    hwAccel: fc.constantFrom(...HwAccel.options),
    capabilities: fc.constant([]),
  },
  { requiredKeys: ['class', 'workers', 'prices'] },
)
const registration = fc
  .record({
    peer: fc.constantFrom(peerId('a'), peerId('b')),
    region: fc.constantFrom(undefined, 'DE', 'FR'),
    addresses,
    encoder: fc.option(profile, { nil: undefined }),
    arbiter: fc.option(fc.record({ fee: fc.constantFrom(hbd(1n), hbd(2n)) }), { nil: undefined }),
  })
  .map(({ peer, region, addresses, encoder, arbiter }) =>
    aRegistration({
      peer,
      addresses,
      ...(region && { region }),
      roles: [
        'creator',
        ...(encoder ? ['encoder' as const] : []),
        ...(arbiter ? ['arbiter' as const] : []),
      ],
      ...(encoder && { encoder: encoder as unknown as EncoderProfile }),
      ...(arbiter && { arbiter }),
    }),
  )

describe('the update between two registrations', () => {
  test('leads to just what the second one registers, or there is none', () => {
    let updates = 0
    fc.assert(
      fc.property(registration, registration, (before, after) => {
        const update = updateOf(recordOf(before), after)
        if (!update) return
        updates += 1
        expect(formatOperation(update).length).toBeLessThan(formatOperation(after).length)
        const outcome = updateNode(recordOf(before), update, context)
        expect(outcome.ok && outcome.state).toEqual(recordOf(after))
      }),
      { numRuns: 500 },
    )
    expect(updates).toBeGreaterThan(20)
  })

  const before = aRegistration({
    roles: ['encoder'],
    encoder: { ...encoderProfile, hwAccel: 'nvenc' },
  })

  test('names a new price and nothing else', () => {
    const prices = [{ rendition: '480p', perMinute: hbd(6n) }]
    const after = { ...before, encoder: { ...encoderProfile, hwAccel: 'nvenc' as const, prices } }
    expect(updateOf(recordOf(before), after)).toEqual({
      v: 1,
      t: 'node.update',
      encoder: { prices },
    })
  })

  test.each<[string, NodeRegister]>([
    ['another peer', { ...before, peer: peerId('b') }],
    ['another role', { ...before, roles: ['encoder', 'creator'] }],
    ['hardware that is gone', { ...before, encoder: encoderProfile }],
    ['nothing', before],
  ])('is none for %s', (_, after) => {
    expect(updateOf(recordOf(before), after)).toBeNull()
  })

  test('is none for a node that retired', () => {
    const retired = retireNode(recordOf(before), { v: 1, t: 'node.retire' }, context)
    expect(
      retired.ok &&
        updateOf(retired.state, { ...before, addresses: [Multiaddr.parse('/ip4/10.0.0.1/tcp/1')] }),
    ).toBeNull()
  })
})
