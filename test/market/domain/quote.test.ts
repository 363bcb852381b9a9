import { expect, test } from 'vitest'
import type { NodeRecord } from '#contracts/registry.ts'
import { quoteOf } from '#market/domain/quote.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Ladder } from '#protocol/ladder.ts'
import { alice, bob, carol, encoderProfile, hbd, height } from '#test/support/builders.ts'

const ladder: Ladder = [
  { name: '720p', width: 1280, height: 720, kbps: 2500, profile: 'high', level: '4.0' },
  { name: '480p', width: 854, height: 480, kbps: 1000, profile: 'main', level: '3.1' },
]

function aNode(account: HiveAccount, overrides: Partial<NodeRecord>): NodeRecord {
  const registered = { phase: 'active', since: height(1), updated: height(1), addresses: [] }
  return { ...registered, account, roles: ['encoder'], ...overrides } as unknown as NodeRecord
}

/** An encoder that asks so many milli-HBD a minute of each rendition it has. */
function anEncoder(account: HiveAccount, prices: Readonly<Record<string, bigint>>): NodeRecord {
  const list = Object.entries(prices).map(([rendition, amount]) => ({
    ...{ rendition, perMinute: hbd(amount) },
  }))
  return aNode(account, { encoder: { ...encoderProfile, prices: list } })
}

test('a quote is the least, the middle and the most of what encoders ask for all of the ladder', () => {
  const nodes = [
    anEncoder(alice, { '720p': 10n, '480p': 5n }),
    anEncoder(bob, { '720p': 30n, '480p': 10n }),
    anEncoder(carol, { '720p': 20n, '480p': 5n }),
    anEncoder(carol, { '480p': 1n }),
  ]
  expect(quoteOf(nodes, { ladder, seconds: 120 })).toMatchObject({
    encoders: 3,
    asks: { low: 30n, median: 50n, high: 80n },
  })
})

test('a quote is rounded up once, and is never nothing', () => {
  const nodes = [anEncoder(alice, { '720p': 10n, '480p': 5n })]
  expect(quoteOf(nodes, { ladder, seconds: 0.001 }).asks?.low).toBe(1n)
  expect(quoteOf(nodes, { ladder, seconds: 30 }).asks?.low).toBe(8n)
})

test('whoever has retired asks nothing, and arbiters come cheapest first', () => {
  const arbiter = (account: HiveAccount, fee: bigint) =>
    aNode(account, { roles: ['arbiter'], arbiter: { fee: hbd(fee) } })
  const retired = { ...anEncoder(alice, { '720p': 1n, '480p': 1n }), phase: 'retired' }
  const nodes = [arbiter(carol, 3n), arbiter(bob, 1n), retired as NodeRecord]
  expect(quoteOf(nodes, { ladder, seconds: 60 })).toEqual({
    encoders: 0,
    asks: null,
    arbiters: [
      { account: bob, fee: 1n },
      { account: carol, fee: 3n },
    ],
  })
})
