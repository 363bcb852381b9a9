import { beforeAll, expect, test } from 'vitest'
import { deedOf } from '#market/domain/audit-entry.ts'
import {
  alice,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
  time,
} from '#test/support/builders.ts'
import type { TestIndexer } from '#test/support/indexer-server.ts'
import { startTestIndexer } from '#test/support/indexer-server.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { createTestChain, says } from '#test/support/test-chain.ts'

let indexer: TestIndexer
beforeAll(async () => {
  indexer = await startTestIndexer()
  const chain = createTestChain()
  const prices = [{ rendition: '720p', perMinute: hbd(20n) }]
  const encoder = { ...encoderProfile, prices }
  chain.block([says(bob, aRegistration({ roles: ['encoder'], encoder }))])
  await applyAll(aProjectionStore(indexer.opened), chain.blocks(), [1])
  return () => indexer[Symbol.asyncDispose]()
}, 60_000)

const read = async (path: string) => await indexer.ask('GET', `/api/encoding${path}`)

test('an encoder is listed with prices in HBD, and as present once it says so', async () => {
  const path = '/market/encoders?order=price&mostPerMinute=0.020%20HBD'
  const encoder = { account: 'bob', pricePerMinute: '0.020 HBD', hwAccel: 'none', speed: 0 }
  const { json } = await read(path)
  expect(json).toMatchObject({ encoders: [{ ...encoder, presence: null }], next: null })
  expect((await read(`${path}&present=now`)).json).toMatchObject({ encoders: [] })
  await indexer.live.keepPresence({
    v: 1,
    type: 'presence',
    account: bob,
    at: time(9),
    freeSlots: 2,
  })
  const presence = { at: 9, freeSlots: 2 }
  expect((await read(`${path}&present=now`)).json).toMatchObject({
    encoders: [{ ...encoder, presence }],
  })
  expect((await read('/market/encoders?mostPerMinute=0.019%20HBD')).json).toMatchObject({
    encoders: [],
  })
})

test('prices, series and earnings are told as of the chain', async () => {
  expect((await read('/market/encoders/bob/prices')).json).toMatchObject({
    lists: [{ height: 1, prices: [{ rendition: '720p', perMinute: '0.020 HBD' }] }],
  })
  const { json } = await read('/network/series?bucket=hour&count=2')
  expect(json).toMatchObject({
    at: { height: 1 },
    buckets: [{ start: 993_600, paid: '0.000 HBD', medianPrice: null }, { start: 997_200 }],
  })
  expect((await read('/accounts/bob/earnings')).json).toMatchObject({
    ...{ account: 'bob', earnings: [], next: null },
    totals: { encoder: '0.000 HBD', arbiter: '0.000 HBD', creator: '0.000 HBD' },
  })
  expect((await read('/network')).json).toMatchObject({ peers: 3, lagSeconds: expect.any(Number) })
})

test('of the audit trail everybody reads their own part, the newest first, page by page', async () => {
  const note = async (who: string, subject: string): Promise<void> =>
    void (await indexer.auditLog.append(deedOf(who, 'job.cancelled', subject), new Date(0)))
  for (const subject of ['a', 'b', 'c']) await note(alice, subject)
  await note(carol, 'd')
  const mine = async (query: string) =>
    (await indexer.ask('GET', `/api/encoding/audit${query}`, { caller: alice })).json as {
      readonly entries: readonly { readonly sequence: number; readonly subject: string }[]
    }
  const { entries } = await mine('?limit=2')
  expect(entries.map(({ subject }) => subject)).toEqual(['c', 'b'])
  const rest = await mine(`?limit=2&before=${entries.at(-1)?.sequence}`)
  expect(rest.entries.map(({ subject }) => subject)).toEqual(['a'])
})
