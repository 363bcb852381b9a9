import { expect, test } from 'vitest'
import { writeWebhook } from '#market/adapters/postgres/webhook-outbox.ts'
import { aWebhookEvent, aWebhookStore, write } from '#test/support/webhooks.ts'

const start = aWebhookEvent().at
const minute = 60_000
const at = (ms: number): Date => new Date(start + ms)
const terms = (ms = 0, changed = {}) => ({
  ...{ limit: 100, perOwner: 100, now: at(ms), until: at(ms + minute) },
  ...changed,
})
const well = {
  type: 'answered',
  status: 200,
  latencyMs: 7,
  answer: 'ok',
  retryAfterSeconds: null,
} as const
const badly = { type: 'unanswered', reason: 'ECONNREFUSED', latencyMs: 3 } as const
const delivered = { outcome: well, step: { phase: 'delivered' }, at: at(0) } as const
const dead = { outcome: badly, step: { phase: 'dead' }, at: at(0) } as const
const later = (ms: number) =>
  ({ outcome: badly, step: { phase: 'due', nextTryAt: at(ms) }, at: at(0) }) as const

const { database, deliveries } = await aWebhookStore()

test('a call is written if, and only if, what it tells of is committed', async () => {
  const failing = database.transaction(async (transaction) => {
    await writeWebhook(transaction, aWebhookEvent())
    throw new Error('something else went wrong')
  })
  await expect(failing).rejects.toThrow('something else')
  expect(await deliveries.lease(terms())).toEqual([])
  const id = await write(database)
  expect(await deliveries.lease(terms())).toMatchObject([{ id, tries: 1, triesAllowed: 12 }])
})

test('events of an owner are numbered without gaps, however many write at once and however many fail', async () => {
  const writing = Array.from({ length: 32 }, (_, index) =>
    database.transaction(async (transaction) => {
      await writeWebhook(transaction, aWebhookEvent())
      if (index % 4 === 0) throw new Error('rolled back')
    }),
  )
  await Promise.allSettled([...writing, write(database, { owner: 'bob' })])
  const records = await deliveries.list('alice', { limit: 100 })
  const numbers = records.map(({ sequence }) => sequence).sort((one, other) => one - other)
  expect(numbers).toEqual(Array.from({ length: 24 }, (_, index) => index + 1))
  for (const { sequence, body } of records)
    expect(JSON.parse(body)).toEqual({
      ...{ type: 'job.completed', job: null, sequence, data: { outputCid: 'bafy' } },
      timestamp: '2030-01-01T00:00:00.000Z',
    })
})

test('however many processes lease at once, each delivery goes to one of them', async () => {
  const written = await Promise.all(
    Array.from({ length: 60 }, (_, index) => write(database, { owner: `owner-${index % 7}` })),
  )
  const leases = await Promise.all(
    Array.from({ length: 8 }, () => deliveries.lease(terms(0, { limit: 10 }))),
  )
  const rest = await deliveries.lease(terms())
  const ids = [...leases.flat(), ...rest].map(({ id }) => id)
  expect(ids.toSorted()).toEqual(written.toSorted())
})

test('an owner with many deliveries holds up nobody else', async () => {
  for (let index = 0; index < 6; index += 1) await write(database, { owner: 'busy' })
  const patient = await write(database, { owner: 'patient', at: start + 1_000 })
  const first = await deliveries.lease(terms(2_000, { perOwner: 2 }))
  expect(first).toHaveLength(3)
  expect(first.map(({ id }) => id)).toContain(patient)
  expect(await deliveries.lease(terms(3_000, { perOwner: 2 }))).toEqual([])
  await deliveries.record(first.find(({ id }) => id !== patient) ?? first[0]!, delivered)
  expect(await deliveries.lease(terms(4_000, { perOwner: 2 }))).toHaveLength(1)
})

test('a lease that lapses makes its delivery due again, under the same id', async () => {
  const id = await write(database)
  expect(await deliveries.lease(terms())).toMatchObject([{ id, tries: 1 }])
  expect(await deliveries.lease(terms(minute - 1))).toEqual([])
  expect(await deliveries.lease(terms(minute))).toMatchObject([{ id, tries: 2 }])
})

test('a failure that is reported after its lease moves nothing, a success does', async () => {
  const id = await write(database)
  const [first] = await deliveries.lease(terms())
  const [second] = await deliveries.lease(terms(minute))
  expect(await deliveries.record(first!, dead)).toBe(false)
  expect(await deliveries.list('alice', { limit: 1 })).toMatchObject([{ id, phase: 'due' }])
  expect(await deliveries.record(first!, delivered)).toBe(true)
  expect(await deliveries.record(second!, dead)).toBe(false)
  expect(await deliveries.list('alice', { limit: 1 })).toMatchObject([{ phase: 'delivered' }])
})

test('the log tells of each try, and the delivery of the last one', async () => {
  const id = await write(database)
  const [first] = await deliveries.lease(terms())
  await deliveries.record(first!, later(minute))
  expect(await deliveries.lease(terms(minute - 1))).toEqual([])
  const [second] = await deliveries.lease(terms(minute))
  await deliveries.record(second!, delivered)
  expect(await deliveries.tries('alice', id)).toEqual([
    { number: 1, at: at(0), status: null, latencyMs: 3, answer: null, error: 'ECONNREFUSED' },
    { number: 2, at: at(0), status: 200, latencyMs: 7, answer: 'ok', error: null },
  ])
  const [record] = await deliveries.list('alice', { limit: 1 })
  expect(record).toMatchObject({ id, phase: 'delivered', tries: 2, lastStatus: 200 })
  expect(Object.keys(record!)).not.toContain('secret')
})

test('an owner has an ended delivery sent again, with all tries; others cannot', async () => {
  const id = await write(database)
  const [first] = await deliveries.lease(terms())
  await deliveries.record(first!, dead)
  expect(await deliveries.redeliver('mallory', id, at(0))).toBe(false)
  expect(await deliveries.tries('mallory', id)).toBeNull()
  expect(await deliveries.list('mallory', { limit: 10 })).toEqual([])
  expect(await deliveries.lease(terms())).toEqual([])
  expect(await deliveries.redeliver('alice', id, at(0))).toBe(true)
  expect(await deliveries.lease(terms())).toMatchObject([{ id, tries: 2, triesAllowed: 13 }])
})

test('asking again for one that is under way changes nothing', async () => {
  const id = await write(database)
  const [lease] = await deliveries.lease(terms())
  expect(await deliveries.redeliver('alice', id, at(1))).toBe(true)
  expect(await deliveries.lease(terms(1))).toEqual([])
  expect(await deliveries.record(lease!, delivered)).toBe(true)
})

test('a try that is broken off is due at once and costs none of the allowed ones', async () => {
  const id = await write(database)
  const [lease] = await deliveries.lease(terms())
  await deliveries.release(lease!, at(0))
  expect(await deliveries.lease(terms())).toMatchObject([{ id, tries: 2, triesAllowed: 13 }])
})

test('a list is read page by page, newest first', async () => {
  for (const ms of [0, 1, 1, 2, 3]) await write(database, { at: start + ms })
  await write(database, { owner: 'bob' })
  const seen: number[] = []
  for (let after: string | undefined, page = 0; page < 4; page += 1) {
    const records = await deliveries.list('alice', { limit: 2, ...(after && { after }) })
    seen.push(...records.map(({ createdAt }) => createdAt.getTime() - start))
    after = records.at(-1)?.id ?? after
  }
  expect(seen).toEqual([3, 2, 1, 1, 0])
})

test('what ended long ago is forgotten with its log, and numbers go on', async () => {
  const old = await write(database)
  for (const lease of await deliveries.lease(terms())) await deliveries.record(lease, delivered)
  const last = await write(database)
  for (const lease of await deliveries.lease(terms())) await deliveries.record(lease, delivered)
  expect(await deliveries.prune(at(0))).toBe(0)
  expect(await deliveries.prune(at(1))).toBe(1)
  expect(await deliveries.tries('alice', old)).toBeNull()
  expect(await deliveries.tries('alice', last)).toHaveLength(1)
  await write(database, { at: start + 1 })
  expect(await deliveries.list('alice', { limit: 1 })).toMatchObject([{ sequence: 3 }])
})
