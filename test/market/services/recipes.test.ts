import { expect, test } from 'vitest'
import { cid } from '#test/support/builders.ts'
import { aMarket } from '#test/support/market-in-process.ts'

const reference = '00000000000000a1'
const plain = '00000000000000a2'

/** The rounds in which a job that goes well is paid. */
const rounds = 30

test('an offer names the recipe of its codec, and an encoder that has published it is paid for its longer work', async () => {
  await using market = await aMarket('by hand', {}, null, { publishes: ['h265-fmp4-3'] })
  await market.live(4)
  const [job, usual] = [await market.post(reference, 'h265'), await market.post(plain)]
  await market.live(rounds)
  const ledger = market.participants.creator.node.follower.view.current()
  const [found, other] = [ledger.jobs.get(job), ledger.jobs.get(usual)]
  expect(found).toMatchObject({
    phase: 'settled',
    encoderClass: cid('h265-fmp4-3'),
    offer: {
      recipe: 'h265-fmp4-3',
      ladder: [{ name: '480p', width: 854, height: 480, kbps: 630, profile: 'main', level: '3.0' }],
    },
  })
  expect(other).toMatchObject({ phase: 'settled', offer: { recipe: 'h264-ts-4' } })
  const priceOf = (entry: typeof found) => (entry && 'award' in entry ? entry.award.price : 0n)
  expect([priceOf(other), priceOf(found)]).toEqual([9n, 34n])
  expect(market.declined).toEqual([])
})

test('an encoder that has not published a recipe says why it does not bid, and bids for what it can', async () => {
  await using market = await aMarket('by hand', {}, null, { publishes: ['av1-fmp4-3'] })
  await market.live(4)
  const job = await market.post(reference, 'vp9')
  const usual = await market.post(plain)
  await market.live(rounds)
  const { jobs } = market.participants.creator.node.follower.view.current()
  expect(jobs.get(job)?.phase).toBe('cancelled')
  expect(jobs.get(usual)?.phase).toBe('settled')
  expect(market.declined).toEqual(['the recipe vp9-fmp4-3 has not been proven here and published'])
})

test('what its creator could not check is not offered', async () => {
  await using market = await aMarket('by hand', {}, null, {
    publishes: ['av1-fmp4-3'],
    unable: ['creator'],
  })
  await market.live(4)
  await expect(market.post(reference, 'av1')).rejects.toMatchObject({ code: 'unsupported-here' })
  expect(market.participants.creator.node.follower.view.current().jobs.size).toBe(0)
})

test('an arbiter that could not check a recipe does not stand by its escrow, and does by others', async () => {
  await using market = await aMarket('by hand', {}, null, {
    publishes: ['av1-fmp4-3'],
    unable: ['arbiter'],
  })
  await market.live(4)
  const [job, usual] = [await market.post(reference, 'av1'), await market.post(plain)]
  await market.live(rounds)
  const { jobs } = market.participants.creator.node.follower.view.current()
  expect(jobs.get(job)).toMatchObject({ phase: 'cancelled', rejectedAwards: 1 })
  expect(jobs.get(usual)?.phase).toBe('settled')
})
