import { expect, test } from 'vitest'
import { customJson } from '#market/domain/hive-operations.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Topic, TopicMessage } from '#protocol/topics.ts'
import { aBid, account, alice, anOffer, bob, hashHex, jobId, time } from '#test/support/builders.ts'
import type { Heard } from '#ui/features/network/heard.ts'
import { hear, nothingHeard } from '#ui/features/network/heard.ts'

const operationId = 'spk-encoder-dev'
const signature = '0'.repeat(130) as TopicMessage<'bids'>['signature']
const from = (author: HiveAccount) => ({ author, signature })

const offered = (number: number, id = operationId): TopicMessage<'offers'> => ({
  ...{ v: 1, type: 'announcement', announcedAt: time(1) },
  transaction: {
    ...{ ref_block_num: 1, ref_block_prefix: 1, expiration: '2026-01-01T00:00:00' },
    operations: [customJson(id, alice, anOffer({ job: jobId('alice', number) }))],
    ...{ extensions: [], signatures: [signature] },
  },
})

const bidOf = (encoder: HiveAccount, number: number): TopicMessage<'bids'> => ({
  body: aBid({ encoder, job: jobId('alice', number) }),
  ...from(encoder),
})

const all = (...messages: readonly TopicMessage<Topic>[]): Heard =>
  messages.reduce((heard, message) => hear(heard, message, operationId), nothingHeard)

test('offers stand with the newest first, and once each however often they are said', () => {
  const { offers, messages } = all(offered(1), offered(2), offered(1))
  expect(offers.map(({ job }) => job)).toEqual([jobId('alice', 1), jobId('alice', 2)])
  expect(messages).toBe(3)
})

test('bids count by who bids, sealed or not, and stay when their offer is said again', () => {
  const seal: TopicMessage<'seals'> = {
    body: {
      ...{ v: 1, type: 'sealed-bid', job: jobId('alice', 1), encoder: account('carol') },
      ...{ bid: hashHex('bid'), expires: time(9) },
    },
    ...from(account('carol')),
  }
  const { offers } = all(offered(1), bidOf(bob, 1), bidOf(bob, 1), seal, bidOf(bob, 7), offered(1))
  expect(offers.map(({ bidders }) => [...bidders])).toEqual([[bob, 'carol']])
})

test('an announcement of another market is no offer', () => {
  expect(all(offered(1, 'another'))).toMatchObject({ offers: [], messages: 1 })
})

test('an account counts once among those who are there', () => {
  const body = { v: 1, type: 'presence', account: bob, at: time(1), freeSlots: 1 } as const
  const again = { ...body, at: time(2) }
  expect(all({ body, ...from(bob) }, { body: again, ...from(bob) }).present).toEqual(new Set([bob]))
})

test('what strangers say fills no more than its place', () => {
  const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
  expect(all(...numbers.map((number) => offered(number))).offers).toHaveLength(20)
})
