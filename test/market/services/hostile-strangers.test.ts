import type { Operation } from '@hiveio/dhive'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eachApart } from '#market/services/apart.ts'
import { lastChainTime } from '#protocol/ids.ts'
import { formatOperation } from '#protocol/operation.ts'
import {
  aDelivery,
  anAward,
  anOffer,
  aRegistration,
  cid,
  encoderProfile,
  hashHex,
  hbd,
  jobId,
  peerId,
  salt,
} from '../../support/builders.ts'
import type { MarketInProcess } from '../../support/market-in-process.ts'
import { aMarket } from '../../support/market-in-process.ts'

/** A stranger who may write whatever the chain takes, and a market that works on. */

let market: MarketInProcess
beforeAll(async () => {
  market = await aMarket('by hand')
  await market.live(4)
})
afterAll(() => market?.[Symbol.asyncDispose]())

const farthest = lastChainTime as never
const fortune = 2n ** 63n - 1n
const offer = (number: number, overrides: Parameters<typeof anOffer>[0] = {}) =>
  anOffer({
    job: jobId('stranger', number),
    bidsUntil: farthest,
    deliverBy: farthest,
    ceiling: hbd(fortune),
    arbiters: ['arbiter' as never],
    ...overrides,
  })
const fastest = { numerator: 1, denominator: 1_000_000 }
const tiny = [{ name: '2p', width: 2, height: 2, kbps: 50, profile: 'main', level: '3.1' }] as const
const grid = {
  rate: fastest,
  frames: 100_000_000,
  segmentFrames: 1,
  partSegments: 16,
  leadSeconds: 600,
}

const statements: readonly string[] = [
  formatOperation(
    aRegistration({
      peer: peerId('nobody'),
      addresses: ['/bogus', '/ip4/999.1.1.1/tcp/x', '/unix/etc'] as never,
      roles: ['encoder', 'arbiter', 'gateway', 'creator'],
      encoder: { ...encoderProfile, prices: [{ rendition: '480p', perMinute: hbd(fortune) }] },
      arbiter: { fee: hbd(fortune) },
    }),
  ),
  formatOperation(offer(1)),
  formatOperation(offer(2, { grid, ladder: [...tiny] })),
  formatOperation(
    offer(3, {
      grid: { ...grid, rate: { numerator: 1_000_000, denominator: 1 } },
      ladder: [...tiny],
    }),
  ),
  formatOperation(offer(4, { source: { ...offer(4).source, bytes: Number.MAX_SAFE_INTEGER } })),
  formatOperation(offer(5, { bidsUntil: 0 as never })),
  formatOperation(aDelivery(offer(1))),
  formatOperation(
    aDelivery(anOffer(), {
      renditions: [{ name: 'x', segments: 1, bytes: Number.MAX_SAFE_INTEGER }],
    }),
  ),
  formatOperation({ v: 1, t: 'job.cancel', job: jobId('creator') }),
  formatOperation({
    v: 1,
    t: 'job.attest',
    job: jobId('creator'),
    root: cid('root'),
    verdict: 'fail',
    salt,
    seed: hashHex('seed'),
    challenged: [Number.MAX_SAFE_INTEGER],
    faults: [],
  }),
  '{"v":1,"t":"constructor"}',
  '{"v":1,"t":"job.offer"} trailing',
  'null',
  '[[[[[[[[]]]]]]]]',
]

test('nothing that a stranger says keeps a job from being posted, done and paid', async () => {
  const say = (role: 'posting' | 'active', json: string): Operation => [
    'custom_json',
    {
      required_auths: role === 'active' ? ['stranger'] : [],
      required_posting_auths: role === 'posting' ? ['stranger'] : [],
      id: 'spk-encoder-dev',
      json,
    },
  ]
  for (const json of statements) {
    await market.chain.broadcast([say('posting', json)], ['stranger', 'posting'])
    await market.live(1)
  }
  const award = formatOperation(anAward({ job: jobId('stranger', 1) }))
  await market.chain.broadcast([say('active', award)], 'stranger')
  await market.live(1)
  const { view } = market.participants.creator.node.follower
  expect(view.current().nodes.has('stranger' as never)).toBe(true)
  expect(view.current().jobs.size).toBe(5)
  const job = await market.post('1'.padStart(16, '0'))
  // An encoder that never bids costs the whole time for bids, and no more.
  await market.live(40)
  expect(view.current().jobs.get(job)).toMatchObject({ phase: 'settled', toCreator: 0n })
  expect(view.current().jobs.get(job)).toHaveProperty('award.arbiter', 'arbiter')
})

test('an arbiter who asks a fortune once the offer stands does not get it', async () => {
  const { view } = market.participants.creator.node.follower
  const job = await market.post('2'.padStart(16, '0'))
  await market.live(1)
  await market.chain.broadcast(
    [
      [
        'custom_json',
        {
          required_auths: [],
          required_posting_auths: ['arbiter'],
          id: 'spk-encoder-dev',
          json: formatOperation(
            aRegistration({
              peer: peerId('arbiter'),
              roles: ['arbiter'],
              arbiter: { fee: hbd(90_000n) },
            }),
          ),
        },
      ],
    ],
    ['arbiter', 'posting'],
  )
  await market.live(40)
  const settled = view.current().jobs.get(job)
  const [account] = await market.chain.client.database.getAccounts(['arbiter'])
  expect(Number.parseFloat(String(account?.hbd_balance))).toBeLessThan(1)
  expect(settled?.phase).toMatch(/settled|cancelled/)
})

test('what fails for one is done for all others, and told at the end', () => {
  const done: number[] = []
  const step = (number: number): void => {
    if (number % 2 === 0) throw new Error(`no ${number}`)
    done.push(number)
  }
  expect(() => eachApart([1, 2, 3], step)).toThrow('no 2')
  expect(() => eachApart([1, 2, 3, 4, 5], step)).toThrow(AggregateError)
  expect(done).toEqual([1, 3, 1, 3, 5])
  expect(() => eachApart([7], step)).not.toThrow()
})
