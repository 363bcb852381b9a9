import type { Pool } from 'pg'
import { expect, test, vi } from 'vitest'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { createProjectionStore } from '#market/adapters/postgres/projection-store.ts'
import { genesisLedger } from '#node/chain/restore-ledger.ts'
import type { Projection } from '#node/indexer-chain.ts'
import { startProjection } from '#node/indexer-chain.ts'
import { createLogger } from '#node/logger.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import { sha256 } from '#test/support/builders.ts'
import { aFixedChain } from '#test/support/fixed-chain.ts'
import { openTestDatabase } from '#test/support/postgres.ts'
import { aProjectionStore, aRange, dump, testSource } from '#test/support/projected-market.ts'
import { testNetwork } from '#test/support/test-chain.ts'

// The first test of a file starts a server.
vi.setConfig({ testTimeout: 60_000 })

const patient = { timeout: 15_000 }
const blocks = [...busyMarket({ blocks: 1_200, jobsPerBlock: 0.2 })]
const logger = createLogger({ level: 'silent', name: 'test' })

/** The rows that follow from blocks, written by nobody that anything happens to. */
async function truth(upTo: number): ReturnType<typeof dump> {
  await using opened = await openTestDatabase()
  const start = genesisLedger(testSource, testNetwork)
  await aProjectionStore(opened).apply(aRange(start, blocks.slice(0, upTo)))
  return await dump(opened)
}

/** One indexer's projection, on connections of its own. */
async function anIndexer(url: string, read: readonly LedgerBlock[], last?: () => number) {
  const opened = await openPostgres({ url, connections: 3, onIdleError: () => undefined })
  const projection = await startProjection(
    {
      chain: aFixedChain(read, last),
      store: aProjectionStore(opened),
      network: testNetwork,
      logger,
    },
    { ...testSource, postgresUrl: url, pollMs: 1, retryMs: 1 },
  )
  return {
    ...projection,
    [Symbol.asyncDispose]: async () => {
      await projection[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

const height = async (pool: Pool): Promise<number> =>
  Number((await pool.query('select height from chain_cursor')).rows[0]?.height ?? 0)

const isLeading = (indexer: Pick<Projection, 'status'>): boolean => indexer.status().isLeading

test('one of several projects, and another goes on when its connections break in the middle of a range', async () => {
  await using opened = await openTestDatabase()
  const { url, pool } = opened
  let irreversible = 500
  const last = (): number => irreversible
  await using first = await anIndexer(url, blocks, last)
  await expect.poll(() => height(pool), patient).toBe(500)
  expect(first.status()).toEqual({ isLeading: true, height: 500, behind: 0 })
  await using second = await anIndexer(url, blocks, last)
  await using third = await anIndexer(url, blocks, last)
  expect([first, second, third].map(isLeading)).toEqual([true, false, false])

  const holder = await pool.connect()
  await holder.query('begin; select from chain_cursor for update')
  irreversible = blocks.length
  const waiting = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%chain_cursor%'`
  await expect.poll(async () => (await pool.query(`select 1 ${waiting}`)).rowCount, patient).toBe(1)
  await pool.query(`select pg_terminate_backend(pid) ${waiting}`)
  await pool.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`,
  )
  await holder.query('rollback')
  holder.release()

  await expect.poll(() => height(pool), patient).toBe(blocks.length)
  expect(await dump(opened)).toEqual(await truth(blocks.length))
})

test('who led is followed by another when it stops', async () => {
  await using opened = await openTestDatabase()
  const first = await anIndexer(opened.url, blocks, () => 200)
  await expect.poll(() => height(opened.pool), patient).toBe(200)
  await using second = await anIndexer(opened.url, blocks, () => 300)
  await first[Symbol.asyncDispose]()
  await expect.poll(() => height(opened.pool), patient).toBe(300)
  expect(second.status()).toMatchObject({ isLeading: true, height: 300 })
  expect(await dump(opened)).toEqual(await truth(300))
})

test('tables that somebody empties while they are written come to the same rows again', async () => {
  await using opened = await openTestDatabase()
  let irreversible = 700
  await using indexer = await anIndexer(opened.url, blocks, () => irreversible)
  await expect.poll(() => height(opened.pool), patient).toBe(700)
  await aProjectionStore(opened).clear()
  irreversible = 800
  await expect.poll(() => height(opened.pool), patient).toBe(800)
  expect(isLeading(indexer)).toBe(true)
  expect(await dump(opened)).toEqual(await truth(800))
})

test.each([
  ['a snapshot is damaged', `update chain_snapshots set state = 'x' || state`],
  ['a snapshot is of another version', 'update chain_snapshots set version = 0'],
  ['a part of a snapshot is lost', 'delete from chain_snapshots where part = 1'],
  [
    'the first blocks and every snapshot are lost',
    'delete from chain_snapshots; delete from chain_blocks where first < 1000',
  ],
  ['blocks are lost', 'delete from chain_blocks where first > 1050'],
  ['a block is damaged', `update chain_blocks set blocks = left(blocks, 40) where first > 1050`],
])('where %s, the tables are made again from the chain', async (_, damage) => {
  await using opened = await openTestDatabase()
  {
    await using indexer = await anIndexer(opened.url, blocks)
    await expect.poll(() => height(opened.pool), patient).toBe(blocks.length)
    expect(isLeading(indexer)).toBe(true)
  }
  const whole = await dump(opened)
  await opened.pool.query(damage)
  await using again = await anIndexer(opened.url, blocks)
  await expect.poll(() => again.status().height, patient).toBe(blocks.length)
  expect(await dump(opened)).toEqual(whole)
})

test('tables of another chain are refused', async () => {
  await using opened = await openTestDatabase()
  await aProjectionStore(opened).head()
  const foreign = { ...testSource, chainId: 'f'.repeat(64) }
  const store = createProjectionStore(opened.database, sha256, foreign)
  await expect(
    startProjection(
      { chain: aFixedChain(blocks), store, network: testNetwork, logger },
      { ...foreign, postgresUrl: opened.url, pollMs: 1 },
    ),
  ).rejects.toMatchObject({ code: 'data-foreign' })
})
