import type { Pool } from 'pg'
import { expect, test, vi } from 'vitest'
import { chainChannel } from '#market/adapters/postgres/chain-events.ts'
import { createChainQueries } from '#market/adapters/postgres/chain-queries.ts'
import { follow } from '#market/adapters/postgres/notifications.ts'
import type { ChainEvent } from '#market/ports/chain-queries.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import { aProjectionStore, aRange } from '#test/support/projected-market.ts'
import { genesis } from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const patient = { timeout: 15_000 }
const blocks = [...busyMarket({ blocks: 60, jobsPerBlock: 1 })]

const listeners = `from pg_stat_activity where application_name = 'spk-encoder listener' and datname = current_database()`

async function cutListeners(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(`select pg_terminate_backend(pid) ${listeners}`)
  return rowCount ?? 0
}

test('every step is told once and in order, to each that listens, through broken connections', async () => {
  await using opened = await openTestDatabase()
  const { url, pool, database } = opened
  const store = aProjectionStore(opened)
  const { eventsAfter } = createChainQueries(database)
  const stop = new AbortController()
  let broken = 0
  const followed = (after: number, told: ChainEvent[]): Promise<void> =>
    follow(
      { url, channel: chainChannel, retryMs: 1, onBroken: () => (broken += 1) },
      { after, read: eventsAfter, tell: (event) => void told.push(event) },
      stop.signal,
    )
  const early: ChainEvent[] = []
  const late: ChainEvent[] = []
  const running = [followed(0, early)]
  let ledger = genesis()
  let cuts = 0
  for (let first = 0; first < blocks.length; first += 5) {
    const range = aRange(ledger, blocks.slice(first, first + 5))
    if (first % 2 === 0) cuts += await cutListeners(pool)
    await store.apply(range)
    ledger = range.projected.ledger
    if (first === 30) running.push(followed(20, late))
  }
  const all = await eventsAfter(0, 10_000)
  expect(all.length).toBeGreaterThan(200)
  await expect.poll(() => early.length, patient).toBe(all.length)
  await expect.poll(() => late.length, patient).toBe(all.length - 20)
  stop.abort()
  await Promise.all(running)
  expect(early).toEqual(all)
  expect(late).toEqual(all.slice(20))
  expect(cuts).toBeGreaterThan(0)
  expect(broken).toBeGreaterThan(0)
})

test('what comes while one listens is told without waiting for anything else', async () => {
  await using opened = await openTestDatabase()
  const store = aProjectionStore(opened)
  const { eventsAfter } = createChainQueries(opened.database)
  const stop = new AbortController()
  const told: number[] = []
  const running = follow(
    { url: opened.url, channel: chainChannel, checkMs: 1_000_000, onBroken: () => undefined },
    { after: 0, read: eventsAfter, tell: ({ sequence }) => void told.push(sequence) },
    stop.signal,
  )
  await expect
    .poll(
      async () => (await opened.pool.query(`select 1 ${listeners} and state = 'idle'`)).rowCount,
    )
    .toBe(1)
  await store.apply(aRange(genesis(), blocks))
  await expect.poll(() => told.length, patient).toBeGreaterThan(200)
  stop.abort()
  await running
})

test('a listener that fails to hear ends with its own error', async () => {
  await using opened = await openTestDatabase()
  await aProjectionStore(opened).apply(aRange(genesis(), blocks))
  const { eventsAfter } = createChainQueries(opened.database)
  const deaf = (): never => {
    throw new Error('deaf')
  }
  await expect(
    follow(
      { url: opened.url, channel: chainChannel, onBroken: () => undefined },
      { after: 0, read: eventsAfter, tell: deaf },
      new AbortController().signal,
    ),
  ).rejects.toThrow('deaf')
})
