import { expect, test } from 'vitest'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import type { NewEncodingJob } from '#market/ports/job-scheduler.ts'
import { createDispatchWebhooks } from '#market/services/dispatch-webhooks.ts'
import { webhookCrypto } from '#node/webhooks/webhook-crypto.ts'
import { alice, carol } from '#test/support/builders.ts'
import { anEncodingJob, aResult, claimed, granted, leaseOf } from '#test/support/encoding-jobs.ts'
import { testSecrets } from '#test/support/secrets.ts'
import { aReceiver, aWebhookStore, webhookSecret } from '#test/support/webhooks.ts'

const { deliveries, pool } = await aWebhookStore()
const scheduler = createJobScheduler({ pool, random: () => 0.5 })
const carols = { id: 'carols-node', owner: carol }
const told = { webhookUrl: 'https://hooks.example/', webhookSecret }

const submit = async (changed: Partial<NewEncodingJob> = {}) =>
  granted(await scheduler.submit(anEncodingJob({ ...told, ...changed })))
const callsOf = async (job: string) =>
  (await deliveries.list(alice, { job, limit: 100 })).toSorted(
    (one, other) => one.sequence - other.sequence,
  )

test('an owner is told of each step of a job but its progress, in the words of its events', async () => {
  const { id } = await submit()
  const lease = leaseOf(await claimed(scheduler, carols))
  granted(await scheduler.reportProgress(lease, { stage: 'encoding', stageProgress: 50 }))
  granted(await scheduler.completeJob(lease, aResult()))
  const calls = await callsOf(id)
  const events = await scheduler.eventsAfter(id, 0, 10)
  expect(calls.map(({ type }) => type)).toEqual(['job.submitted', 'job.claimed', 'job.completed'])
  for (const { sequence, body, url } of calls) {
    const event = events.find((each) => each.sequence === sequence)!
    expect(url).toBe(told.webhookUrl)
    expect(JSON.parse(body)).toEqual({
      ...{ type: `job.${event.type}`, job: id, sequence },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: { ...event.fields, phase: event.phase },
    })
    expect(Date.parse(JSON.parse(body).timestamp)).toBe(event.at.getTime())
  }
})

test('a call that changes nothing tells nothing', async () => {
  const { id } = await submit()
  const lease = leaseOf(await claimed(scheduler, carols))
  granted(await scheduler.completeJob(lease, aResult()))
  const before = await callsOf(id)
  granted(await scheduler.completeJob(lease, aResult()))
  expect(await scheduler.cancel(id, 'too late')).toMatchObject({ ok: false })
  expect(await callsOf(id)).toEqual(before)
})

test('a job without an address, or without a secret, is told to nobody', async () => {
  const { webhookUrl, webhookSecret: secret } = told
  const bare = granted(await scheduler.submit(anEncodingJob({ webhookUrl })))
  const silent = granted(await scheduler.submit(anEncodingJob({ webhookSecret: secret })))
  for (const { id } of [bare, silent]) granted(await scheduler.cancel(id, 'enough'))
  expect(await deliveries.list(alice, { limit: 10 })).toEqual([])
})

test('calls at once for one job are refused or told, and never fail', async () => {
  const { id } = await submit()
  const lease = leaseOf(await claimed(scheduler, carols))
  await Promise.all([
    ...Array.from({ length: 8 }, () => scheduler.completeJob(lease, aResult())),
    ...Array.from({ length: 8 }, () => scheduler.cancel(id, 'enough')),
    ...Array.from({ length: 8 }, () => scheduler.releaseJob(lease, 'tired')),
  ])
  const types = (await callsOf(id)).map(({ type }) => type)
  const events = await scheduler.eventsAfter(id, 0, 100)
  expect(types).toEqual(events.map(({ type }) => `job.${type}`))
  expect(types.length).toBeGreaterThan(2)
})

test('what a sweep does to many jobs is told for each', async () => {
  const jobs = await Promise.all([1, 2, 3].map(() => submit()))
  await pool.query("update encoding_jobs set expires_at = now() - interval '1 second'")
  expect(await scheduler.sweep()).toMatchObject({ expired: 3 })
  for (const { id } of jobs)
    expect((await callsOf(id)).map(({ type }) => type)).toEqual(['job.submitted', 'job.expired'])
})

test('the calls are due at once, and go out signed with the secret of the job', async () => {
  await submit()
  const { sender, calls } = aReceiver()
  const clock = { now: () => Date.now() + 1_000 }
  const dispatch = createDispatchWebhooks({
    ...{ deliveries, sender, crypto: webhookCrypto, secrets: testSecrets, clock, random: () => 0 },
  })
  for (const delivery of await dispatch.lease(10))
    await dispatch.deliver(delivery, new AbortController().signal)
  expect(calls).toHaveLength(1)
  const { rows } = await pool.query('select id, phase from webhook_deliveries')
  expect(rows).toEqual([{ id: calls[0]!.headers['webhook-id'], phase: 'delivered' }])
})
