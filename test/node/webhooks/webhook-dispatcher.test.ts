import { expect, test } from 'vitest'
import { createDispatchWebhooks } from '#market/services/dispatch-webhooks.ts'
import { webhookCrypto } from '#node/webhooks/webhook-crypto.ts'
import { startWebhookDispatcher } from '#node/webhooks/webhook-dispatcher.ts'
import { aRecordingLogger } from '#test/support/recording-logger.ts'
import { testSecrets } from '#test/support/secrets.ts'
import { aReceiver, aWebhookStore, write } from '#test/support/webhooks.ts'

const { database, deliveries } = await aWebhookStore()

function start(answer?: () => number | Promise<number>, slots?: number) {
  const receiver = aReceiver(answer)
  const clock = { now: Date.now }
  const dispatch = createDispatchWebhooks({
    ...{ deliveries, sender: receiver.sender, crypto: webhookCrypto, secrets: testSecrets, clock },
    random: Math.random,
  })
  const running = startWebhookDispatcher(
    { dispatch, logger: aRecordingLogger() },
    slots === undefined ? {} : { slots },
  )
  return { ...receiver, running }
}

const idsOf = (calls: ReturnType<typeof aReceiver>['calls']) =>
  calls.map(({ headers }) => headers['webhook-id'])

test('two dispatchers send every delivery once between them', async () => {
  const written = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      write(database, { owner: `owner-${index % 5}`, at: Date.now() }),
    ),
  )
  const [one, other] = [start(undefined, 3), start(undefined, 3)]
  await expect
    .poll(() => one.calls.length + other.calls.length, { timeout: 15_000 })
    .toBe(written.length)
  await one.running[Symbol.asyncDispose]()
  await other.running[Symbol.asyncDispose]()
  expect(idsOf([...one.calls, ...other.calls]).toSorted()).toEqual(written.toSorted())
  expect(await deliveries.list('owner-0', { limit: 100, phase: 'delivered' })).toHaveLength(8)
})

test('a receiver that hangs holds up only its own slot', async () => {
  const hanging = Promise.withResolvers<number>()
  let calls = 0
  const running = start(() => {
    calls += 1
    return calls === 1 ? hanging.promise : 200
  }, 2)
  for (let index = 0; index < 5; index += 1) await write(database, { at: Date.now() })
  await expect
    .poll(() => deliveries.list('alice', { limit: 10, phase: 'delivered' }), { timeout: 15_000 })
    .toHaveLength(4)
  hanging.resolve(200)
  await running.running[Symbol.asyncDispose]()
  expect(await deliveries.list('alice', { limit: 10, phase: 'delivered' })).toHaveLength(4)
})
