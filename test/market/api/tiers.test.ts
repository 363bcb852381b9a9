import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HttpMarket } from '#test/support/orchestrated/http-market.ts'
import { openHttpMarket } from '#test/support/orchestrated/http-market.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let market: HttpMarket
beforeEach(async () => {
  market = await openHttpMarket()
})
afterEach(async () => {
  expect([market.failures, market.bugs]).toEqual([[], []])
  await market[Symbol.asyncDispose]()
})

const budget = '0.100 HBD'

async function taken<T>(claim: Promise<T | null>): Promise<T> {
  const work = await claim
  if (work === null) throw new Error('nothing to claim')
  return work
}

test('a desktop agent that is there takes the job, in full and for nothing', async () => {
  const desk = await market.anEncoder('desk', 'agent')
  expect(await market.checkAgent({ budget, durationSeconds: 190 })).toEqual([
    { tier: 'agent', state: 'current', text: 'desktop agent desk is ready' },
    { tier: 'browser', state: 'skipped', text: 'browser: video is 3:10, limit 2:00' },
    { tier: 'community', state: 'next', text: null },
  ])
  const job = await market.submit({ budget })
  await market.pass(1)
  const work = await taken(desk.claim())
  await work.progress(50)
  await work.complete()
  expect(await market.view(job)).toMatchObject({
    ...{ phase: 'completed', tier: 'agent', assignedEncoderId: 'desk', paid: null },
    result: { qualities: ['720p', '480p'] },
    plan: [{ state: 'current' }, { state: 'next' }, { state: 'next' }],
  })
  expect(await market.story(job)).toEqual([
    ...['submitted', 'desktop agent desk is ready', 'claimed', 'progress', 'completed'],
  ])
})

test('a busy agent is waited for as long as its owner says, and no longer', async () => {
  await market.change({ agentWaitSeconds: 30 })
  const desk = await market.anEncoder('desk', 'agent')
  const tab = await market.anEncoder('tab', 'browser')
  const first = await market.submit()
  await taken(desk.claim())
  const second = await market.submit()
  await market.pass(1)
  await desk.beat(1)
  await market.pass(35)
  const work = await taken(tab.claim())
  expect(work.job).toBe(second)
  await work.complete()
  expect(await market.story(second)).toEqual([
    'submitted',
    `desktop agent desk busy with job ${first}`,
    'desktop agent desk did not take the job in 30 seconds',
    'browser tab is ready',
    ...['claimed', 'completed'],
  ])
  expect(await market.view(second)).toMatchObject({
    ...{ phase: 'completed', tier: 'browser', paid: null, result: { qualities: ['480p'] } },
  })
})

test('a job whose agent dies at work goes to the tab, and what the dead says later counts for nothing', async () => {
  const desk = await market.anEncoder('desk', 'agent')
  const job = await market.submit({ budget })
  const dead = await taken(desk.claim())
  await dead.progress(40)
  await market.pass(50)
  const tab = await market.anEncoder('tab', 'browser')
  await market.pass(45)
  expect(await market.view(job)).toMatchObject({ phase: 'queued', tier: 'browser' })
  const work = await taken(tab.claim())
  expect((await dead.progress(90)).status).toBe(409)
  await expect(dead.complete()).rejects.toThrow(/40[39]/)
  await work.complete()
  expect(await market.view(job)).toMatchObject({
    ...{ phase: 'completed', assignedEncoderId: 'tab', paid: null },
  })
})

test('a job whose tab is closed at work goes to the community, and costs the bid that its owner signed for', async () => {
  const job = await market.submit({ budget, tiers: ['browser', 'community'] })
  const tab = await market.anEncoder('tab', 'browser')
  const closed = await taken(tab.claim())
  await closed.progress(10)
  await market.pass(95)
  await market.pass(1)
  expect(await market.view(job)).toMatchObject({ phase: 'queued', tier: 'community' })
  const chain = market.onChain(job)
  await chain.offer()
  await market.pass(1)
  await chain.bid(42n)
  await market.pass(2)
  expect(await market.story(job)).toContain('community: best bid 0.042 HBD by @bob (of 1)')
  await market.pass(301)
  await market.pass(1)
  const award = await chain.sign()
  expect(award).toMatchObject({ encoder: 'bob', price: 42n })
  expect(await market.view(job)).toMatchObject({ phase: 'leased', assignedEncoderId: '@bob' })
  await market.pass(600)
  expect(await market.view(job)).toMatchObject({ phase: 'leased', assignedEncoderId: '@bob' })
  await chain.deliver(award)
  expect(await market.view(job)).toMatchObject({
    ...{ phase: 'completed', tier: 'community', assignedEncoderId: '@bob', paid: '0.042 HBD' },
  })
  expect((await closed.progress(20)).status).toBe(409)
})

test('a job that nobody bids for goes back to its owner’s tab, or ends with the reason', async () => {
  await market.change({ bidWaitSeconds: 300 })
  const both = await market.submit({ budget, tiers: ['community', 'browser'] })
  const paid = await market.submit({ budget, tiers: ['community'] })
  for (const job of [both, paid]) await market.onChain(job).offer()
  await market.pass(1)
  const tab = await market.anEncoder('tab', 'browser')
  await market.pass(301)
  await tab.beat()
  await market.pass(1)
  expect(await market.view(paid)).toMatchObject({
    ...{ phase: 'failed', paid: null, lastError: 'community: no bids in 5 minutes' },
    plan: [{ tier: 'community', state: 'left', text: 'community: no bids in 5 minutes' }],
  })
  const work = await taken(tab.claim())
  expect(work.job).toBe(both)
  await work.complete()
  expect(await market.view(both)).toMatchObject({ phase: 'completed', tier: 'browser', paid: null })
  expect(await market.story(both)).toContain('community: no bids in 5 minutes')
})

test('a job whose encoder gives the money back goes to the next tier', async () => {
  const job = await market.submit({ budget, tiers: ['community', 'agent'] })
  const chain = market.onChain(job)
  await chain.offer()
  await market.pass(1)
  await chain.bid(10n)
  await market.pass(301)
  await market.pass(1)
  await chain.giveBack(await chain.sign())
  const desk = await market.anEncoder('desk', 'agent')
  await market.pass(1)
  await (await taken(desk.claim())).complete()
  expect(await market.view(job)).toMatchObject({ phase: 'completed', tier: 'agent', paid: null })
})
