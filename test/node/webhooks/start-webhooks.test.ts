import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import { refusalOfWebhook } from '#market/domain/webhook-signature.ts'
import { operatorName } from '#market/services/watch-alerts.ts'
import { startAlerts } from '#node/alerts.ts'
import { createMetrics } from '#node/metrics.ts'
import { createMonitoringSources } from '#node/monitoring-sources.ts'
import { startWebhooks } from '#node/webhooks/start-webhooks.ts'
import { webhookCrypto } from '#node/webhooks/webhook-crypto.ts'
import { alice } from '#test/support/builders.ts'
import { anEncodingJob, granted } from '#test/support/encoding-jobs.ts'
import { aRecordingLogger } from '#test/support/recording-logger.ts'
import { testSecrets } from '#test/support/secrets.ts'
import { aWebhookStore, webhookSecret } from '#test/support/webhooks.ts'

const { database, pool } = await aWebhookStore()
const scheduler = createJobScheduler({ pool, random: Math.random })
const clock = { now: Date.now }
const logger = aRecordingLogger()
const sources = createMonitoringSources({ database, scheduler }, [tmpdir()])

type Got = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }

async function aReceivingServer() {
  const got: Got[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      )
      got.push({ headers, body: Buffer.concat(chunks) })
      response.end('thank you')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    got,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const believed = ({ headers, body }: Got) =>
  refusalOfWebhook(
    { headers, body },
    { secret: webhookSecret, nowSeconds: Math.floor(Date.now() / 1_000) },
    webhookCrypto,
  ) === null

test('an owner and an operator are called over HTTP, and can verify it', async () => {
  await using server = await aReceivingServer()
  const metrics = createMetrics({ sources, logger }, { version: '1.0.0', withProcess: false })
  await using webhooks = startWebhooks(
    { database, secrets: testSecrets, clock, logger, metrics },
    { allowLoopback: true },
  )
  const sealed = testSecrets.seal(webhookSecret, alice)
  const told = { webhookUrl: server.url, webhookSecret: sealed }
  const { id } = granted(await scheduler.submit(anEncodingJob(told)))
  await pool.query("update encoding_jobs set created_at = now() - interval '1 hour'")
  await using _alerts = startAlerts(
    { database, sources, secrets: testSecrets, clock, logger },
    { url: server.url, secret: webhookSecret, instance: 'test' },
  )
  const delivered = async () => {
    const lists = [alice, operatorName].map((owner) =>
      webhooks.deliveries.list(owner, { limit: 10, phase: 'delivered' }),
    )
    return (await Promise.all(lists)).flat().map(({ type }) => type)
  }
  await expect
    .poll(delivered, { timeout: 15_000 })
    .toEqual(expect.arrayContaining(['job.submitted', 'alert.firing']))
  expect(server.got.every(believed)).toBe(true)
  const { rows: stored } = await pool.query('select secret from webhook_deliveries')
  expect(JSON.stringify(stored)).not.toContain('whsec_')
  const bodies = server.got.map(({ body }) => JSON.parse(body.toString()))
  expect(bodies).toContainEqual(expect.objectContaining({ type: 'job.submitted', job: id }))
  const alert = bodies.find(({ data }) => data.name === 'queue-age')
  expect(alert).toMatchObject({ type: 'alert.firing', data: { limit: 900 } })
  const text = await metrics.text()
  expect(text).toContain('spk_encoder_webhook_try_seconds_count{outcome="delivered"}')
  expect(text).toContain('spk_encoder_queue_jobs{tier="community",state="queued"} 1')
  expect(text).toMatch(/spk_encoder_disk_free_bytes\{directory=".+"\} \d+/)
})

test('where development does not allow it, nothing of this machine is called', async () => {
  await using server = await aReceivingServer()
  const metrics = createMetrics({ sources, logger }, { version: '1.0.0', withProcess: false })
  await using webhooks = startWebhooks(
    { database, secrets: testSecrets, clock, logger, metrics },
    { allowLoopback: false },
  )
  granted(await scheduler.submit(anEncodingJob({ webhookUrl: server.url, webhookSecret })))
  await expect
    .poll(() => webhooks.deliveries.list(alice, { limit: 1 }), { timeout: 15_000 })
    .toMatchObject([{ phase: 'due', tries: 1, lastError: 'address-not-public' }])
  expect(server.got).toEqual([])
})
