import type { PgTransactionConfig } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { emptyDatabase } from '#test/support/postgres.ts'

const onIdleError = (): void => undefined

test('several processes bring the tables of one database up to date at once', async () => {
  const url = await emptyDatabase()
  const opened = await Promise.all([1, 2, 3].map(() => openPostgres({ url, onIdleError })))
  for (const { pool } of opened) {
    const { rows } = await pool.query('select count(*)::int as count from encoding_jobs')
    expect(rows).toEqual([{ count: 0 }])
  }
  await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()))
})

test('a job cannot be leased to nobody, nor completed without a result', async () => {
  await using opened = await openPostgres({ url: await emptyDatabase(), onIdleError })
  const insert = (fields: string, values: string): Promise<unknown> =>
    opened.pool.query(
      `insert into encoding_jobs (owner, permlink, input_cid, is_short, qualities, tiers, tier, turn, expires_at${fields})
       values ('alice', 'video', 'cid', false, '{720p}', '{community}', 'community', 1, now()${values})`,
    )
  await insert('', '')
  await expect(insert(', phase', ", 'leased'")).rejects.toThrow(/encoding_jobs_lease/)
  await expect(insert(', phase, finished_at', ", 'completed', now()")).rejects.toThrow(
    /encoding_jobs_result/,
  )
  await expect(insert(', phase, finished_at', ", 'lost', now()")).rejects.toThrow(
    /encoding_jobs_phase/,
  )
})

test('a transaction that cannot begin leaves its connection to the next', async () => {
  const options = { url: await emptyDatabase(), connections: 1, onIdleError }
  await using opened = await openPostgres(options)
  const unknown = { isolationLevel: 'none at all' } as unknown as PgTransactionConfig
  await expect(opened.database.transaction(async () => 1, unknown)).rejects.toThrow('begin')
  expect(await opened.database.transaction(async () => 2)).toBe(2)
})
