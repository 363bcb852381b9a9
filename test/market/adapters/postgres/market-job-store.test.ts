import { beforeEach, expect, test, vi } from 'vitest'
import { createChainQueries } from '#market/adapters/postgres/chain-queries.ts'
import { createDeliveredTrees } from '#market/adapters/postgres/delivered-trees.ts'
import { createLiveMarket } from '#market/adapters/postgres/live-market.ts'
import { createMarketJobStore } from '#market/adapters/postgres/market-job-store.ts'
import { moveAfter } from '#market/domain/market-move.ts'
import type { EncodingJob, NewEncodingJob } from '#market/ports/job-scheduler.ts'
import { createFollowMarketJobs } from '#market/services/follow-market-jobs.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { Progress } from '#protocol/progress.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
} from '#test/support/builders.ts'
import { anEncodingJob, claimed, granted, leaseOf } from '#test/support/encoding-jobs.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { openTestScheduler } from '#test/support/scheduler.ts'
import {
  approves,
  createTestChain,
  funds,
  releases,
  says,
  virtually,
} from '#test/support/test-chain.ts'
import { webhookSecret } from '#test/support/webhooks.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const offer = anOffer()
const award = anAward()

/** A queue, a chain beside it, and who makes the one follow the other. */
async function aFollowedQueue() {
  const opened = await openTestScheduler()
  const { scheduler, pool, database } = opened
  const projection = aProjectionStore(opened)
  const chain = createTestChain()
  let applied = 0
  let ledger = chain.ledger()
  const failures: unknown[] = []
  const store = createMarketJobStore({ database, pool })
  const block = async (...transactions: readonly (readonly LedgerAction[])[]): Promise<void> => {
    chain.block(...transactions)
    ledger = await applyAll(projection, chain.blocks().slice(applied), [1], ledger)
    applied = chain.blocks().length
  }
  return {
    ...{ ...opened, store, failures, block },
    live: createLiveMarket({ database, now: Date.now }),
    chain: createChainQueries(database),
    follow: createFollowMarketJobs({ store, onFailure: (error) => failures.push(error) }),
    offered: () =>
      block(
        [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
        [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
        [says(alice, offer)],
      ),
    awarded: () => block([funds(award), says(alice, award)]),
    accepted: () =>
      block([approves(award, bob), approves(award, carol), virtually('escrow-approved', award)]),
    delivered: () => block([says(bob, aDelivery(offer))]),
    paid: () => block([releases(award, alice, bob)]),
    refunded: () => block([releases(award, bob, alice)]),
    refused: () => block([approves(award, bob, false), virtually('escrow-rejected', award)]),
    submit: async (fields: Partial<NewEncodingJob> = {}): Promise<EncodingJobId> => {
      const { id } = granted(await scheduler.submit(anEncodingJob(fields)))
      granted(await scheduler.noteMarketJob(id, offer.job))
      return id
    },
    find: async (id: EncodingJobId): Promise<EncodingJob> => (await scheduler.find(id))!,
    story: async (id: EncodingJobId): Promise<readonly string[]> =>
      (await scheduler.eventsAfter(id, 0, 100)).map(({ type }) => type),
  }
}

type FollowedQueue = Awaited<ReturnType<typeof aFollowedQueue>>

let queue: FollowedQueue
beforeEach(async () => {
  queue = await aFollowedQueue()
  return async () => {
    expect(queue.failures).toEqual([])
    await queue[Symbol.asyncDispose]()
  }
})

const aReport = (fields: Partial<Progress>): Progress => ({
  ...{ v: 1, type: 'progress', job: offer.job, encoder: bob },
  ...{ sequence: 1, stage: 'encoding', percent: 50.9 },
  ...fields,
})

test('a job follows its offer step by step to the tree and the money', async () => {
  const id = await queue.submit()
  await queue.offered()
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({ phase: 'queued' })
  await queue.awarded()
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({ phase: 'leased', assignedEncoderId: '@bob' })
  await queue.accepted()
  await queue.delivered()
  await queue.paid()
  expect(await queue.follow()).toBe(3)
  expect(await queue.find(id)).toMatchObject({
    ...{ phase: 'completed', assignedEncoderId: '@bob', progress: 100, paid: award.price },
    result: { outputCid: aDelivery(offer).root, manifestPath: 'manifest.json' },
  })
  expect(await queue.story(id)).toEqual([
    ...['submitted', 'offered', 'awarded', 'accepted', 'delivered', 'completed'],
  ])
})

test('a job that is linked late has the same story, and followed twice it is told once', async () => {
  await queue.offered()
  await queue.awarded()
  await queue.accepted()
  await queue.delivered()
  await queue.paid()
  const id = await queue.submit()
  const followed = await Promise.all([queue.follow(), queue.follow(), queue.follow()])
  expect(followed.reduce((sum, each) => sum + each)).toBe(4)
  expect(await queue.follow()).toBe(0)
  expect(await queue.story(id)).toEqual([
    ...['submitted', 'offered', 'awarded', 'accepted', 'delivered', 'completed'],
  ])
})

test('what was delivered for a job of the queue is known, until its money goes back', async () => {
  const trees = createDeliveredTrees(queue.database)
  const roots = async () => {
    const found = await trees.since(0, 10)
    return found.map(({ job, chain }) => [job, chain.delivered.operation.root])
  }
  await queue.offered()
  await queue.awarded()
  await queue.accepted()
  expect(await roots()).toEqual([])
  await queue.delivered()
  // Of others' jobs nothing is brought here.
  expect(await roots()).toEqual([])
  const id = await queue.submit()
  expect(await roots()).toEqual([[id, aDelivery(offer).root]])
  expect(await trees.since(2 ** 31, 10)).toEqual([])
  await queue.refunded()
  expect(await roots()).toEqual([])
  await queue.follow()
})

test('a step that was read before it was followed elsewhere moves nothing', async () => {
  const id = await queue.submit()
  await queue.offered()
  await queue.awarded()
  const [stale] = await queue.store.pending(10)
  await queue.refused()
  await queue.follow()
  const before = await queue.find(id)
  expect(await queue.store.follow(stale!, moveAfter(stale!))).toBe(false)
  expect(await queue.find(id)).toEqual(before)
})

test('an award takes the job from who had it of the queue', async () => {
  const id = await queue.submit()
  const lease = leaseOf(await claimed(queue.scheduler, { id: 'dans-desk', owner: carol }))
  await queue.offered()
  await queue.awarded()
  await queue.follow()
  expect(await queue.scheduler.renewLease(lease)).toEqual({ ok: false, refusal: 'not-holder' })
  expect(await queue.find(id)).toMatchObject({ assignedEncoderId: '@bob' })
})

test('what the chain awarded is not lost to a sweep, nor given to others', async () => {
  const id = await queue.submit({ expiresAt: new Date(Date.now() + 1_000) })
  await queue.offered()
  await queue.awarded()
  await queue.follow()
  const { leaseExpiresAt, expiresAt } = await queue.find(id)
  expect(leaseExpiresAt!.getTime()).toBeGreaterThan(Date.now() + 86_400_000)
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 86_400_000)
  await queue.refused()
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({ phase: 'queued', assignedEncoderId: null })
  const rival = { id: 'dans-desk', owner: carol }
  expect(await queue.scheduler.claimJob(rival, ['community'])).toBeNull()
  expect(await queue.story(id)).toEqual(['submitted', 'offered', 'awarded', 'reopened'])
})

test('a job whose money went back falls to the next tier, which may take it', async () => {
  const id = await queue.submit({ tiers: ['community', 'agent'] })
  await queue.offered()
  await queue.awarded()
  await queue.accepted()
  await queue.refunded()
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({
    ...{ phase: 'queued', tier: 'agent', paid: null, lastError: expect.stringContaining('@bob') },
  })
  const own = await queue.scheduler.claimJob({ id: 'alices-desk', owner: alice }, ['agent'])
  expect(own?.id).toBe(id)
})

test('a job whose money went back fails where nobody else may take it', async () => {
  const id = await queue.submit()
  await queue.offered()
  await queue.awarded()
  await queue.accepted()
  await queue.refunded()
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({
    ...{ phase: 'failed', lastError: expect.stringContaining('@bob') },
  })
})

test('a job that its owner has cancelled follows nothing', async () => {
  const id = await queue.submit()
  await queue.offered()
  granted(await queue.scheduler.cancel(id, 'not wanted'))
  await queue.awarded()
  expect(await queue.follow()).toBe(0)
  expect(await queue.find(id)).toMatchObject({ phase: 'cancelled' })
})

test('progress is that of the encoder which has the job, and never goes back', async () => {
  const id = await queue.submit()
  await queue.offered()
  await queue.live.keepProgress(aReport({}))
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({ progress: 0 })
  await queue.awarded()
  await queue.live.keepProgress(aReport({ encoder: carol, percent: 99 }))
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({
    ...{ currentStage: 'encoding', stageProgress: 50, progress: 50 },
  })
  await queue.live.keepProgress(aReport({ sequence: 2, stage: 'downloading', percent: 90 }))
  await queue.follow()
  await queue.follow()
  expect(await queue.find(id)).toMatchObject({ currentStage: 'encoding', stageProgress: 50 })
  expect(await queue.story(id)).toEqual(['submitted', 'offered', 'awarded', 'progress'])
})

test('an owner with a webhook is called for each step but progress', async () => {
  const webhook = { webhookUrl: 'https://alice.example/hook', webhookSecret }
  await queue.submit(webhook)
  await queue.offered()
  await queue.awarded()
  await queue.live.keepProgress(aReport({}))
  await queue.follow()
  await queue.accepted()
  await queue.delivered()
  await queue.paid()
  await queue.follow()
  const calls = await queue.query('select type, body from webhook_deliveries order by sequence')
  expect(calls.map(({ type }) => type)).toEqual([
    ...['job.submitted', 'job.offered', 'job.awarded', 'job.accepted', 'job.delivered'],
    'job.completed',
  ])
  expect(JSON.parse(calls.at(-1).body)).toMatchObject({
    data: { encoder: '@bob', paid: '0.003 HBD', outputCid: aDelivery(offer).root },
  })
})
