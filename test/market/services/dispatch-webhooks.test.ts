import { expect, test } from 'vitest'
import { refusalOfWebhook } from '#market/domain/webhook-signature.ts'
import type { WebhookCall } from '#market/ports/webhook-sender.ts'
import type { DispatchWebhooks } from '#market/services/dispatch-webhooks.ts'
import { createDispatchWebhooks } from '#market/services/dispatch-webhooks.ts'
import { createSecretBox } from '#node/secrets/secret-box.ts'
import { webhookCrypto } from '#node/webhooks/webhook-crypto.ts'
import { testSecrets } from '#test/support/secrets.ts'
import {
  aReceiver,
  aWebhookEvent,
  aWebhookStore,
  webhookSecret,
  write,
} from '#test/support/webhooks.ts'

const { database, deliveries } = await aWebhookStore()
const never = new AbortController().signal
const hour = 3_600_000

/** A process that dispatches, by a clock that only moves when told. */
function aDispatcher(answer?: (call: WebhookCall) => number | Promise<number>) {
  const receiver = aReceiver(answer)
  const clock = { time: aWebhookEvent().at, now: () => clock.time }
  const dispatch = createDispatchWebhooks({
    ...{ deliveries, sender: receiver.sender, crypto: webhookCrypto, secrets: testSecrets, clock },
    random: () => 0.5,
  })
  return { ...receiver, clock, dispatch }
}

async function round(dispatch: DispatchWebhooks): Promise<number> {
  const leased = await dispatch.lease(10)
  await Promise.all(leased.map((delivery) => dispatch.deliver(delivery, never)))
  return leased.length
}

const refusalOf = ({ headers, body }: WebhookCall, nowMs: number) =>
  refusalOfWebhook(
    { headers, body },
    { secret: webhookSecret, nowSeconds: Math.floor(nowMs / 1_000) },
    webhookCrypto,
  )

test('a receiver can verify what it gets, whichever try it is', async () => {
  const { dispatch, calls, clock } = aDispatcher(() => (calls.length < 3 ? 500 : 204))
  const id = await write(database)
  for (let tries = 0; tries < 3; tries += 1) {
    expect(await round(dispatch)).toBe(1)
    const call = calls.at(-1)!
    expect(call.headers).toMatchObject({ 'webhook-id': id, 'content-type': 'application/json' })
    expect(refusalOf(call, clock.time)).toBeNull()
    clock.time += hour
  }
  expect(new Set(calls.map(({ body }) => new TextDecoder().decode(body))).size).toBe(1)
  expect(await round(dispatch)).toBe(0)
  expect(await deliveries.list('alice', { limit: 1 })).toMatchObject([
    { id, phase: 'delivered', tries: 3, lastStatus: 204, lastAnswer: 'status 204\ufffd' },
  ])
})

test('a delivery that is never answered well is tried over a day and then kept as dead', async () => {
  const answers = [500, 0, 301, 404, 429]
  const { dispatch, calls, clock } = aDispatcher(() => answers[calls.length % answers.length]!)
  const id = await write(database)
  const started = clock.time
  const waits: number[] = []
  for (let last = started; await round(dispatch); ) {
    waits.push(clock.time - last)
    last = clock.time
    const [record] = await deliveries.list('alice', { limit: 1 })
    clock.time = record!.nextTryAt!.getTime()
  }
  expect(calls).toHaveLength(12)
  expect(waits).toEqual(waits.toSorted((one, other) => one - other))
  expect(clock.time - started).toBeGreaterThan(20 * hour)
  expect(clock.time - started).toBeLessThan(28 * hour)
  expect(await deliveries.list('alice', { limit: 1, phase: 'dead' })).toMatchObject([{ id }])
  expect(await deliveries.tries('alice', id)).toHaveLength(12)
})

test('a receiver that is gone is not asked again', async () => {
  const { dispatch, calls, clock } = aDispatcher(() => 410)
  await write(database)
  await round(dispatch)
  clock.time += 48 * hour
  await round(dispatch)
  expect(calls).toHaveLength(1)
  expect(await deliveries.list('alice', { limit: 1 })).toMatchObject([{ phase: 'dead' }])
})

test('a receiver that asks for time gets it', async () => {
  const clock = { time: aWebhookEvent().at, now: () => clock.time }
  const dispatch = createDispatchWebhooks({
    ...{ deliveries, crypto: webhookCrypto, secrets: testSecrets, clock, random: () => 0 },
    sender: {
      send: async () => ({
        ...{ type: 'answered', status: 429, latencyMs: 1, answer: '' },
        retryAfterSeconds: 7_200,
      }),
    },
  })
  await write(database)
  await round(dispatch)
  clock.time += 2 * hour - 1
  expect(await round(dispatch)).toBe(0)
  clock.time += 1
  expect(await round(dispatch)).toBe(1)
})

test('a process that dies between the call and its record has the same event sent again', async () => {
  const { dispatch, calls, clock } = aDispatcher()
  const id = await write(database)
  const dying = createDispatchWebhooks({
    ...{
      sender: aReceiver().sender,
      crypto: webhookCrypto,
      secrets: testSecrets,
      clock,
      random: () => 0,
    },
    deliveries: { ...deliveries, record: () => Promise.reject(new Error('connection lost')) },
  })
  const [taken] = await dying.lease(1)
  await expect(dying.deliver(taken!, never)).rejects.toThrow('connection lost')
  expect(await round(dispatch)).toBe(0)
  clock.time += 60_000
  expect(await round(dispatch)).toBe(1)
  expect(calls.map(({ headers }) => headers['webhook-id'])).toEqual([id])
  expect(await deliveries.list('alice', { limit: 1 })).toMatchObject([{ phase: 'delivered' }])
})

test('a process that stops gives back what it was sending', async () => {
  const stop = new AbortController()
  const stopping = aDispatcher(() => {
    stop.abort(new Error('stopping'))
    return 200
  })
  const other = aDispatcher()
  const id = await write(database)
  const [taken] = await stopping.dispatch.lease(1)
  await stopping.dispatch.deliver(taken!, stop.signal)
  expect(await round(other.dispatch)).toBe(1)
  expect(other.calls.map(({ headers }) => headers['webhook-id'])).toEqual([id])
})

test('what cannot be signed is not sent, and its owner is told why', async () => {
  const { dispatch, calls } = aDispatcher()
  const secret = createSecretBox([new Uint8Array(32)]).seal(webhookSecret, 'alice')
  await write(database, { secret })
  await round(dispatch)
  expect(calls).toEqual([])
  expect(await deliveries.list('alice', { limit: 1 })).toMatchObject([
    { phase: 'due', tries: 1, lastError: 'secret-unreadable' },
  ])
})
