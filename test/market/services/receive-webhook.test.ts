import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { createWebhookReceipts } from '#market/adapters/postgres/webhook-receipts.ts'
import { formatWebhookSecret, signWebhook } from '#market/domain/webhook-signature.ts'
import { MarketError } from '#market/errors.ts'
import { createReceiveWebhook } from '#market/services/receive-webhook.ts'
import { webhookCrypto } from '#node/webhooks/webhook-crypto.ts'
import { utf8 } from '#protocol/canonical.ts'
import type { IncomingWebhook } from '#protocol/webhook.ts'
import { aWebhookStore, webhookSecret } from '#test/support/webhooks.ts'

const { database } = await aWebhookStore()
const receipts = createWebhookReceipts(database)
const nowSeconds = 1_800_000_000
const job = randomUUID()
const otherJob = randomUUID()
const bare = randomUUID()
const otherSecret = formatWebhookSecret(new Uint8Array(32).fill(8))
const secrets = new Map<string, string>([
  [job, webhookSecret],
  [otherJob, otherSecret],
])

let applied: IncomingWebhook[] = []
let fault: Error | null = null
beforeEach(() => {
  applied = []
  fault = null
})

const receive = createReceiveWebhook({
  ...{ receipts, crypto: webhookCrypto, clock: { now: () => nowSeconds * 1_000 } },
  secretOf: async (id) => secrets.get(id) ?? null,
  apply: async (call) => {
    if (fault) throw fault
    applied.push(call)
  },
})

function aCall({
  id = 'event-1',
  of = job,
  by = webhookSecret,
  timestamp = nowSeconds,
  percent = 50,
} = {}) {
  const data = { progress: percent }
  const fields = { type: 'job.progress', timestamp: '2027-01-15T08:00:00Z', job: of, data }
  const body = utf8(JSON.stringify(fields))
  return { headers: signWebhook({ id, timestamp, body }, by, webhookCrypto), body }
}

test('a call with the secret of its job is carried out, once by its id', async () => {
  expect(await receive(aCall())).toBe('applied')
  expect(await receive(aCall())).toBe('repeated')
  expect(await receive(aCall({ timestamp: nowSeconds + 30 }))).toBe('repeated')
  expect(await receive(aCall({ id: 'event-2', percent: 60 }))).toBe('applied')
  expect(applied).toMatchObject([{ data: { progress: 50 } }, { data: { progress: 60 } }])
})

test('ids of one job are nothing to another', async () => {
  expect(await receive(aCall())).toBe('applied')
  expect(await receive(aCall({ of: otherJob, by: otherSecret }))).toBe('applied')
  expect(applied.map((call) => call.job)).toEqual([job, otherJob])
})

test('a call that is refused may come again', async () => {
  fault = new MarketError('node-unready', 'Not yet.')
  await expect(receive(aCall())).rejects.toMatchObject({ code: 'node-unready' })
  fault = null
  expect(await receive(aCall())).toBe('applied')
})

test.each([
  ['signed for another job', aCall({ by: otherSecret })],
  ['of a job that does not exist', aCall({ of: randomUUID() })],
  ['of a job without a secret', aCall({ of: bare, by: 'a secret of no job' })],
  ['from before the replay window', aCall({ timestamp: nowSeconds - 301 })],
  ['from after the replay window', aCall({ timestamp: nowSeconds + 301 })],
  ['with an endless id', aCall({ id: 'x'.repeat(129) })],
  ['without headers', { ...aCall(), headers: {} }],
  ['whose body was changed', { ...aCall(), body: aCall({ percent: 99 }).body }],
])('a call %s is refused, and the answer does not say why', async (_, call) => {
  await expect(receive(call)).rejects.toMatchObject({
    code: 'unauthorized',
    message: 'The call is not signed with the secret of its job, or its time is too far from now.',
  })
  expect(applied).toEqual([])
})

test.each(['', '{', '[]', '{"type":"job.progress"}', '\ud800'])(
  'a body of %j is not understood',
  async (text) => {
    const body = utf8(text)
    await expect(receive({ ...aCall(), body })).rejects.toMatchObject({ code: 'request-invalid' })
  },
)

test('receipts are forgotten when nobody repeats their calls any more', async () => {
  await receive(aCall())
  expect(await receipts.prune(new Date(nowSeconds * 1_000))).toBe(0)
  expect(await receipts.prune(new Date(nowSeconds * 1_000 + 1))).toBe(1)
  expect(await receipts.has(job, 'event-1')).toBe(false)
})
