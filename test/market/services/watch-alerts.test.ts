import { expect, test } from 'vitest'
import { createAlertStore } from '#market/adapters/postgres/alert-store.ts'
import { alertLimits } from '#market/domain/alert-rules.ts'
import type { MonitoringSources } from '#market/ports/monitoring.ts'
import { createWatchAlerts, operatorName } from '#market/services/watch-alerts.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { calmSources } from '#test/support/monitoring.ts'
import { aWebhookStore, webhookSecret } from '#test/support/webhooks.ts'

const { database, deliveries } = await aWebhookStore()
const alerts = createAlertStore(database)

/** An indexer that watches, and what it told its operator. */
function aWatch(changed: Partial<MonitoringSources> = {}) {
  const calm = calmSources()
  const unread: string[] = []
  const watch = createWatchAlerts(
    {
      ...{ sources: { ...calm.sources, ...changed }, alerts, clock: { now: () => 1_000 } },
      onUnread: (source) => unread.push(source),
    },
    { url: 'https://pager.example/', secret: webhookSecret, instance: 'one' },
  )
  return { facts: calm.facts, watch, unread }
}

const told = async () => {
  const records = await deliveries.list(operatorName, { limit: 100 })
  return records
    .toSorted((one, other) => one.sequence - other.sequence)
    .map(({ type, body }) => `${type} ${JSON.parse(body).data.name}`)
}

test('nothing is told while all is quiet', async () => {
  expect(await aWatch().watch()).toEqual([])
  expect(await told()).toEqual([])
})

test('each condition is told when it begins and when it ends, and once each', async () => {
  const { facts, watch } = aWatch()
  facts.tiers.community.oldestQueuedSeconds = alertLimits['queue-age'].limit + 1
  facts.leasesLostLastHour = alertLimits['lease-losses'].limit + 1
  facts.chain.lagSeconds = alertLimits['head-lag'].limit + 1
  facts.payouts.overdue = 1
  facts.freeBytes = alertLimits['disk-free'].limit - 1
  const all = ['disk-free:one:/data', 'failed-payouts', 'head-lag', 'lease-losses', 'queue-age']
  expect(await watch()).toEqual(all)
  expect(await watch()).toEqual([])
  Object.assign(facts, calmSources().facts)
  expect(await watch()).toEqual(all)
  expect(await watch()).toEqual([])
  expect(await told()).toEqual([
    ...['disk-free', 'failed-payouts', 'head-lag', 'lease-losses', 'queue-age'].map(
      (name) => `alert.firing ${name}`,
    ),
    ...['disk-free', 'failed-payouts', 'head-lag', 'lease-losses', 'queue-age'].map(
      (name) => `alert.resolved ${name}`,
    ),
  ])
})

test('a call says what was measured, and what the limit is', async () => {
  const { facts, watch } = aWatch()
  facts.chain.lagSeconds = 1_234
  await watch()
  const [record] = await deliveries.list(operatorName, { limit: 1 })
  expect(record).toMatchObject({ url: 'https://pager.example/', phase: 'due' })
  expect(JSON.parse(record!.body).data).toEqual({
    ...{ name: 'head-lag', value: 1_234, limit: 300, unit: 'seconds' },
    tells: 'The chain is not followed closely.',
  })
})

test('of several indexers that see the same, one tells it', async () => {
  const watches = Array.from({ length: 6 }, () => aWatch())
  for (const { facts } of watches) {
    facts.payouts.overdue = 2
    facts.chain.lagSeconds = 1_000
  }
  const keys = await Promise.all(watches.map(({ watch }) => watch()))
  expect(keys.flat().toSorted()).toEqual(['failed-payouts', 'head-lag'])
})

test('a figure that wavers about its limit is told once', async () => {
  const { facts, watch } = aWatch()
  for (const seconds of [301, 299, 301, 250]) {
    facts.chain.lagSeconds = seconds
    await watch()
  }
  facts.chain.lagSeconds = 240
  await watch()
  expect(await told()).toEqual(['alert.firing head-lag', 'alert.resolved head-lag'])
})

test('a source that cannot be read leaves its alerts as they are, and the others at work', async () => {
  const { facts, watch } = aWatch()
  facts.chain.lagSeconds = 1_000
  await watch()
  const blind = aWatch({ chain: () => Promise.reject(new Error('gone')) })
  blind.facts.payouts.overdue = 1
  expect(await blind.watch()).toEqual(['failed-payouts'])
  expect(blind.unread).toEqual(['chain'])
  expect(await told()).toEqual(['alert.firing head-lag', 'alert.firing failed-payouts'])
})

test('no account can sign in under the name that alerts go by', () => {
  expect(HiveAccount.safeParse(operatorName).success).toBe(false)
})
