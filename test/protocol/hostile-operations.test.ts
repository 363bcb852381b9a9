import { peerIdFromString } from '@libp2p/peer-id'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { describe, expect, test } from 'vitest'
import { Cid, HiveAccount, JobId, jobCreator, PeerId } from '#protocol/ids.ts'
import { formatOperation, parseOperation } from '#protocol/operation.ts'
import { aDelivery, anOffer, aRegistration, cid, peerId } from '../support/builders.ts'
import { createTestChain } from '../support/test-chain.ts'

/** Anyone may write anything to the chain, and every node reads it: what passes the schemas must break nothing behind them. */

const base32 = [...'abcdefghijklmnopqrstuvwxyz234567']
const base58 = [...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz']
const digits = (alphabet: readonly string[], length: number) =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length })
    .map((found) => found.join(''))

describe('what passes for an id is one', () => {
  test('every content id is decoded, and every one that the library writes passes', () => {
    const text = fc.tuple(fc.constantFrom('bafkrei', 'bafybei'), digits(base32, 52))
    const seen = { good: 0, bad: 0 }
    fc.assert(
      fc.property(text, ([prefix, rest]) => {
        const isGood = Cid.safeParse(prefix + rest).success
        seen[isGood ? 'good' : 'bad'] += 1
        expect(decodes(() => CID.parse(prefix + rest).toString() === prefix + rest)).toBe(isGood)
      }),
      { numRuns: 500 },
    )
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(10)
    expect(Cid.parse(cid('any'))).toBe(cid('any'))
  })

  test('every peer id is decoded, and every one of a key passes', () => {
    const seen = { good: 0, bad: 0 }
    fc.assert(
      fc.property(digits(base58, 44), (rest) => {
        const isGood = PeerId.safeParse(`12D3KooW${rest}`).success
        seen[isGood ? 'good' : 'bad'] += 1
        if (isGood) expect(peerIdFromString(`12D3KooW${rest}`).type).toBe('Ed25519')
      }),
      { numRuns: 300 },
    )
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(10)
    expect(PeerId.parse(peerId('any'))).toBe(peerId('any'))
  })

  test('every job id names an account', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abz09.-'), minLength: 1, maxLength: 18 })
    fc.assert(
      fc.property(name, (creator) => {
        const id = JobId.safeParse(`${creator}:0123456789abcdef`)
        expect(id.success).toBe(HiveAccount.safeParse(creator).success)
        if (id.success) expect(jobCreator(id.data)).toBe(creator)
      }),
      { numRuns: 1_000 },
    )
  })
})

function decodes(decode: () => boolean): boolean {
  try {
    return decode()
  } catch {
    return false
  }
}

const halfPair = '\\ud800'

/** Operations of a stranger's that once passed, or that may pass where nobody looks. */
const hostile: readonly (readonly [string, string])[] = [
  ['a job of no account', offerText().replace('alice:', 'al-.x:')],
  [
    'a source that cannot be decoded',
    offerText().replaceAll(cid('source'), `${cid('source').slice(0, -1)}b`),
  ],
  ['half a surrogate pair', offerText().replace('"codec":"h264"', `"codec":"${halfPair}"`)],
  ['an address that holds half a pair', registrationText().replace('"/ip4"', `"/${halfPair}"`)],
  [
    'a peer that cannot be decoded',
    registrationText().replace(peerId('a'), `12D3KooW${'a'.repeat(44)}`),
  ],
  ['a prototype', offerText().replace('{', '{"__proto__":{"v":2},')],
  [
    'segments that some bytes unfold to without end',
    offerText().replace('"frames":720', '"frames":99999,"lengths":"1x99999"'),
  ],
  [
    'a root that cannot be decoded',
    deliveryText().replace(cid('root'), `bafkrei${'z'.repeat(52)}`),
  ],
]

test.each(hostile)(
  '%s is refused as malformed, and the ledger goes on and can be hashed',
  (_, json) => {
    expect(parseOperation(json)).toEqual({ ok: false, reason: 'malformed' })
    const chain = createTestChain()
    const [record] = chain.block([
      {
        type: 'custom-json',
        signers: [{ account: HiveAccount.parse('mallory'), role: 'posting' }],
        json,
      },
    ])
    expect(record?.refusal).toBe('malformed')
    chain.skip(1_000)
    expect(chain.ledger().checkpoint.height).toBe(1_000)
  },
)

function offerText(): string {
  return formatOperation(anOffer())
}

function registrationText(): string {
  return formatOperation(aRegistration({ addresses: ['/ip4' as never] }))
}

function deliveryText(): string {
  return formatOperation(aDelivery(anOffer()))
}
