import { expect, test } from 'vitest'
import { createMonitoringStore } from '#market/adapters/postgres/monitoring-store.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import { aProjectionStore, applyAll } from '#test/support/projected-market.ts'
import { aWebhookStore, write } from '#test/support/webhooks.ts'

const opened = await aWebhookStore()
const { database, deliveries, pool } = opened
const monitoring = createMonitoringStore(database)

test('an indexer that has seen no block has no progress, and no payouts', async () => {
  expect(await monitoring.chain()).toBeNull()
  expect(await monitoring.payouts()).toEqual({ lastDay: { paid: 0, refunded: 0 }, overdue: 0 })
})

test('jobs are counted as the ledger has them, and as overdue hours after their delivery', async () => {
  const blocks = [...busyMarket({ blocks: 60, jobsPerBlock: 0.5 })].slice(0, 40)
  const ledger = await applyAll(aProjectionStore(opened), blocks, [blocks.length])
  const phases = [...ledger.jobs.values()].map(({ phase }) => phase)
  const paid = phases.filter((phase) => phase === 'settled').length
  const delivered = phases.filter((phase) => phase === 'delivered').length
  expect({ isPaid: paid > 0, isDelivered: delivered > 0 }).toEqual({
    ...{ isPaid: true, isDelivered: true },
  })
  expect(await monitoring.payouts()).toEqual({ lastDay: { paid, refunded: 0 }, overdue: 0 })
  expect(await monitoring.chain()).toMatchObject({ height: blocks.at(-1)!.height })
  await pool.query('update chain_cursor set time = time + 6 * 3600 + 1')
  expect(await monitoring.payouts()).toMatchObject({ overdue: delivered })
  await pool.query(
    "update chain_job_events set type = 'escrow-returned' where type = 'escrow-paid'",
  )
  expect(await monitoring.payouts()).toMatchObject({ lastDay: { paid: 0, refunded: paid } })
  await pool.query('update chain_cursor set time = time + 86400')
  expect(await monitoring.payouts()).toMatchObject({ lastDay: { paid: 0, refunded: 0 } })
  await pool.query('update chain_cursor set time = floor(extract(epoch from now())) - 1000')
  expect((await monitoring.chain())?.lagSeconds).toBeGreaterThanOrEqual(1_000)
})

test('calls that are due and dead are counted, and the oldest due one is told', async () => {
  expect(await monitoring.webhooks()).toEqual({ due: 0, dead: 0, oldestDueSeconds: null })
  const now = Date.now()
  for (const age of [5_000_000, 3_000_000, 0]) await write(database, { at: now - age })
  const [dead] = await deliveries.lease({
    ...{ limit: 1, perOwner: 1, now: new Date(now), until: new Date(now) },
  })
  const outcome = { type: 'unanswered', reason: 'too-slow', latencyMs: 1 } as const
  await deliveries.record(dead!, { outcome, step: { phase: 'dead' }, at: new Date(now) })
  const backlog = await monitoring.webhooks()
  expect(backlog).toMatchObject({ due: 2, dead: 1 })
  expect(backlog.oldestDueSeconds).toBeGreaterThanOrEqual(3_000)
  expect(backlog.oldestDueSeconds).toBeLessThan(5_000)
})
