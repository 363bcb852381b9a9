import { describe, expect, test } from 'vitest'
import { Multiaddr } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { Operation } from '#protocol/operation.ts'
import {
  formatOperation,
  operationLimitBytes,
  parseOperation,
  signingRole,
} from '#protocol/operation.ts'
import type { NodeRegister } from '#protocol/registration.ts'
import {
  alice,
  anOffer,
  aRegistration,
  encoderProfile,
  hbd,
  jobId,
  time,
} from '../support/builders.ts'
import { operations } from '../support/operations.ts'
import { createTestChain, testNetwork } from '../support/test-chain.ts'

const kinds = Object.entries(operations) as [Operation['t'], Operation][]

/** The JSON of an operation, with members replaced or, where undefined, left out. */
function altered(operation: Operation, members: object): string {
  return JSON.stringify({ ...JSON.parse(formatOperation(operation)), ...members })
}

function refusalOf(json: string, role: 'posting' | 'active', chain = createTestChain()) {
  const signers = [{ account: alice, role }]
  const [record] = chain.block([{ type: 'custom-json', signers, json }])
  return record?.refusal
}

test('every kind of operation has its role, and nothing else has', () => {
  expect(Object.keys(signingRole).sort()).toEqual(kinds.map(([kind]) => kind).sort())
})

describe.each(kinds)('%s', (kind, operation) => {
  test('is read as it was written, in one canonical text', () => {
    const text = formatOperation(operation)
    expect(parseOperation(text)).toEqual({ ok: true, operation })
    expect(text).toMatch(/^\{.*\}$/)
    expect(formatOperation(operation)).toBe(text)
    const shuffled = Object.fromEntries(Object.entries(JSON.parse(text)).reverse())
    const parsed = parseOperation(JSON.stringify(shuffled))
    expect(parsed.ok && formatOperation(parsed.operation)).toBe(text)
  })

  test('is unknown in another version, and malformed with a member more', () => {
    expect(parseOperation(altered(operation, { v: 2 }))).toEqual({ ok: false, reason: 'unknown' })
    expect(parseOperation(altered(operation, { v: '1' }))).toEqual({ ok: false, reason: 'unknown' })
    expect(parseOperation(altered(operation, { extra: 1 }))).toEqual({
      ok: false,
      reason: 'malformed',
    })
  })

  const members = Object.keys(JSON.parse(formatOperation(operation)))
  const optional = new Set(['encoder', 'arbiter', 'root', 'addresses', 'evidence'])
  const isOptional = (member: string): boolean =>
    optional.has(member) &&
    ['node.register', 'node.update', 'job.evidence', 'job.ruling'].includes(kind)
  const needed = members.filter((member) => !['v', 't'].includes(member) && !isOptional(member))

  test.each(needed)('is malformed without its %s, or with null there', (member) => {
    const malformed = { ok: false, reason: 'malformed' }
    expect(parseOperation(altered(operation, { [member]: undefined }))).toEqual(malformed)
    expect(parseOperation(altered(operation, { [member]: null }))).toEqual(malformed)
  })

  test('is refused from the key of the other role', () => {
    const other = signingRole[kind] === 'active' ? 'posting' : 'active'
    expect(refusalOf(formatOperation(operation), other)).toBe('wrong-role')
  })

  test('is recorded and does nothing before it is in force, and is heard from then on', () => {
    const network = { ...testNetwork, activations: { [kind]: 3 } }
    const chain = createTestChain(undefined, network)
    const text = formatOperation(operation)
    const role = signingRole[kind]
    const state = () => ({ ...chain.ledger(), head: null })
    const before = state()
    expect(refusalOf(text, role, chain)).toBe('not-yet')
    expect(refusalOf(text, role, chain)).toBe('not-yet')
    expect(state()).toEqual(before)
    expect(refusalOf(text, role, chain)).not.toBe('not-yet')
  })
})

const terms = {
  'job.offer grid.range': {
    ...{ whole: jobId('alice', 9), grid: { ...anOffer().grid, range: { first: 0, parts: 1 } } },
  },
  'job.offer sealedUntil': { sealedUntil: time(1_000_050) },
} satisfies Record<string, Partial<JobOffer>>

test.each(Object.entries(terms))(
  '%s is recorded and does nothing before it is in force, and other offers count',
  (term, said) => {
    const chain = createTestChain(undefined, { ...testNetwork, activations: { [term]: 3 } })
    const heard = (offer: JobOffer) => refusalOf(formatOperation(offer), 'posting', chain)
    expect(heard(anOffer({ job: jobId('alice', 2), ...said }))).toBe('not-yet')
    expect(chain.ledger().jobs.size).toBe(0)
    expect(heard(anOffer())).toBe(null)
    expect(heard(anOffer({ job: jobId('alice', 2), ...said }))).toBe(null)
    expect(chain.ledger().jobs.size).toBe(2)
  },
)

test('a registration with a region is none before that is in force, and one without counts', () => {
  const activations = { 'node.register region': 3 }
  const chain = createTestChain(undefined, { ...testNetwork, activations })
  const heard = (registration: NodeRegister) =>
    refusalOf(formatOperation(registration), 'posting', chain)
  expect(heard(aRegistration({ region: 'DE' }))).toBe('not-yet')
  expect(heard(aRegistration())).toBe(null)
  expect(heard(aRegistration({ region: 'DE' }))).toBe(null)
  expect([...chain.ledger().nodes.values()]).toMatchObject([{ region: 'DE' }])
  expect(parseOperation(altered(aRegistration(), { region: 'Germany' }))).toEqual({
    ...{ ok: false, reason: 'malformed' },
  })
})

test('an update that changes nothing is malformed', () => {
  for (const json of ['{"v":1,"t":"node.update"}', '{"v":1,"t":"node.update","encoder":{}}'])
    expect(parseOperation(json)).toEqual({ ok: false, reason: 'malformed' })
})

test('an operation may be as long as the limit and no longer', () => {
  const offer = operations['job.offer']
  const arbiters = Array.from({ length: 8 }, () => alice)
  const text = formatOperation({ ...offer, arbiters })
  const padded = text + ' '.repeat(operationLimitBytes - text.length)
  expect(parseOperation(padded).ok).toBe(true)
  expect(parseOperation(`${padded} `)).toEqual({ ok: false, reason: 'too-long' })
  const addresses = Array.from({ length: 8 }, () => Multiaddr.parse(`/${'€'.repeat(255)}`))
  const prices = Array.from({ length: 16 }, () => ({ rendition: '1080p', perMinute: hbd(1_000n) }))
  const encoder = { ...encoderProfile, prices }
  const registration = aRegistration({ roles: ['encoder'], addresses, encoder })
  expect(() => formatOperation(registration)).toThrow(RangeError)
})

test('money that is not an exact amount of HBD is malformed', () => {
  for (const price of ['3 HBD', '0.0030 HBD', '-0.003 HBD', '0.003 HIVE', '1e3 HBD', 3, '.003 HBD'])
    expect(parseOperation(altered(operations['job.award'], { price }))).toEqual({
      ok: false,
      reason: 'malformed',
    })
  const parsed = parseOperation(altered(operations['job.award'], { price: '0.003 HBD' }))
  expect(parsed.ok && parsed.operation.t === 'job.award' && parsed.operation.price).toBe(hbd(3n))
})
