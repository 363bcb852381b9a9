import fc from 'fast-check'
import { expect, test } from 'vitest'
import { marketJobOf } from '#market/domain/market-job-of.ts'
import { usualWaits } from '#market/domain/tier-plan.ts'
import type { EncoderRegistration } from '#market/ports/encoder-directory.ts'
import type { JobPlans, WaitingJob } from '#market/ports/job-plans.ts'
import { alice, bob, carol, hbd } from '#test/support/builders.ts'
import { anEncodingJob, claimed, granted, leaseOf } from '#test/support/encoding-jobs.ts'
import { happenings, play } from '#test/support/orchestrated/play.ts'
import { postgresQueue } from '#test/support/orchestrated/postgres-queue.ts'
import { setStage } from '#test/support/orchestrated/stage.ts'

const tiers = ['agent', 'browser', 'community'] as const
const desk: EncoderRegistration = {
  ...{ id: 'desk', owner: alice, kind: 'agent', name: null, peer: null, version: null },
  ...{ hwAccel: 'none', slots: 1, perMinute: null, capabilities: [] },
}

async function only(plans: JobPlans): Promise<WaitingJob> {
  const [waiting] = await plans.due(10)
  if (!waiting) throw new Error('nothing waits')
  return waiting
}

test('a plan says what its owner named, how long each waits, and what is ruled out by the job itself', async () => {
  await using queue = await postgresQueue()
  const waits = { ...usualWaits, agentWaitSeconds: 7 }
  const job = anEncodingJob({ tiers, durationSeconds: 190, budget: null, waits })
  expect(granted(await queue.scheduler.submit(job)).tiers).toEqual(['agent'])
  expect(await queue.plans.find(job.id)).toEqual({
    steps: [
      { tier: 'agent', waitSeconds: null, skipped: null },
      {
        ...{ tier: 'browser', waitSeconds: 120 },
        skipped: { type: 'too-long', seconds: 190, limitSeconds: 120 },
      },
      { tier: 'community', waitSeconds: 300, skipped: { type: 'no-budget' } },
    ],
    signatureWaitSeconds: 3_600,
    awardUntil: null,
    reasons: {
      browser: {
        reason: { type: 'too-long', seconds: 190, limitSeconds: 120 },
        text: 'browser: video is 3:10, limit 2:00',
      },
      community: { reason: { type: 'no-budget' }, text: 'community: no budget is given' },
    },
  })
  const [submitted] = await queue.scheduler.eventsAfter(job.id, 0, 10)
  expect(submitted?.fields).toMatchObject({
    skipped: { browser: { text: 'browser: video is 3:10, limit 2:00' } },
  })
})

test('a decision about a job that has moved on since changes nothing', async () => {
  await using queue = await postgresQueue()
  const { id } = granted(await queue.scheduler.submit(anEncodingJob({ tiers })))
  const seen = await only(queue.plans)
  const silent = { type: 'no-encoder' } as const
  const fall = { type: 'fall', to: 'browser', reason: silent } as const
  const lease = leaseOf(await claimed(queue.scheduler, desk, ['agent']))
  expect(await queue.plans.decide(seen, fall)).toBe(false)
  granted(await queue.scheduler.releaseJob(lease, 'not now'))
  const events = await queue.scheduler.eventsAfter(id, 0, 10)
  for (const late of [fall, { type: 'fail', reason: silent }] as const)
    expect(await queue.plans.decide(seen, late)).toBe(false)
  expect(await queue.plans.decide(seen, { type: 'wait', reason: silent, lookAgainMs: 1 })).toBe(
    false,
  )
  expect(await queue.scheduler.eventsAfter(id, 0, 10)).toEqual(events)
})

test('of two that decide at once, one does', async () => {
  await using queue = await postgresQueue()
  const { id } = granted(await queue.scheduler.submit(anEncodingJob({ tiers })))
  const seen = await only(queue.plans)
  const fall = { type: 'fall', to: 'browser', reason: { type: 'no-encoder' } } as const
  const both = await Promise.all([queue.plans.decide(seen, fall), queue.plans.decide(seen, fall)])
  expect(both.filter(Boolean)).toHaveLength(1)
  expect(await queue.scheduler.find(id)).toMatchObject({ tier: 'browser', attempts: 0 })
  const types = (await queue.scheduler.eventsAfter(id, 0, 10)).map(({ type }) => type)
  expect(types).toEqual(['submitted', 'fell'])
})

test('what was said before is not said again', async () => {
  await using queue = await postgresQueue()
  const { id } = granted(await queue.scheduler.submit(anEncodingJob({ tiers: ['agent'] })))
  const stage = setStage(queue)
  await stage.round()
  await stage.advance(20_000)
  await stage.round()
  await queue.encoders.register(desk)
  await stage.advance(20_000)
  await stage.round()
  const events = await queue.scheduler.eventsAfter(id, 0, 10)
  expect(events.map(({ type, fields }) => [type, fields['text'] ?? null])).toEqual([
    ['submitted', null],
    ['considered', 'desktop agent: none is registered'],
    ['considered', 'desktop agent desk is ready'],
  ])
})

test('an offer that is on the chain is found, its best bid put before its owner, and nobody takes the job besides', async () => {
  await using queue = await postgresQueue()
  const job = anEncodingJob({ tiers: ['community'] })
  granted(await queue.scheduler.submit(job))
  const stage = setStage(queue, { awardLimit: hbd(41n) })
  const id = marketJobOf(alice, job.id)
  await stage.round()
  stage.market.offer(id, job.inputCid, { ceiling: hbd(200n) })
  stage.market.bid(id, bob, hbd(42n))
  await stage.advance(2_000)
  await stage.round()
  expect(await queue.scheduler.claimJob({ id: 'node', owner: carol }, ['community'])).toBeNull()
  await stage.advance(301_000)
  await stage.round()
  const [, ...events] = await queue.scheduler.eventsAfter(job.id, 0, 10)
  expect(events.map(({ type, fields }) => [type, fields['text'] ?? fields['marketJob']])).toEqual([
    ['considered', `community: needs an offer signed by @alice, under the id ${id}`],
    ['offered', id],
    ['considered', 'community: best bid 0.042 HBD by @bob (of 1)'],
    ['considered', 'community: best bid 0.042 HBD by @bob needs the signature of @alice'],
  ])
  const asked = events.at(-1)?.fields['reason'] as Record<string, unknown>
  expect(asked).toMatchObject({
    ...{ type: 'signature-wanted', price: '0.042 HBD', fee: '0.001 HBD', isAutomatic: false },
    operations: [
      ['escrow_transfer', { hbd_amount: '0.042 HBD' }],
      ['custom_json', {}],
    ],
  })
  const { plans } = queue
  expect((await plans.find(job.id))?.awardUntil?.toISOString()).toBe(asked['until'])
  await stage.advance(3_700_000)
  await stage.round()
  expect(await queue.scheduler.find(job.id)).toMatchObject({
    phase: 'failed',
    lastError: 'community: the award to @bob for 0.042 HBD was not signed in time',
  })
})

test('whoever dies, dawdles or comes late, the real tables keep a job in one place, going forward, to its end', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(happenings(60), async (steps) => {
      await using queue = await postgresQueue()
      await play(queue, steps)
    }),
    { numRuns: 6, interruptAfterTimeLimit: 25_000 },
  )
})
