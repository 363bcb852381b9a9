import { Pool } from 'pg'
import { expect, test } from 'vitest'
import { indexerChecks } from '#node/indexer-health.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

const projecting = (status: {
  isLeading: boolean
  height: number | null
  behind: number | null
}) => ({
  status: () => status,
})
const peers = () => 0
const reached = projecting({ isLeading: true, height: 7, behind: 0 })
const okOf = async (...given: Parameters<typeof indexerChecks>) =>
  Object.fromEntries((await indexerChecks(...given)).map(({ name, ok }) => [name, ok]))

test('an indexer is ready once its database answers and its chain was reached', async () => {
  await using opened = await openTestDatabase()
  const { pool } = opened
  const unreached = projecting({ isLeading: true, height: null, behind: null })
  const waiting = projecting({ isLeading: false, height: null, behind: null })
  expect(await okOf({ pool, peers, projection: reached }, 'devchain')).toEqual({
    ...{ database: true, projection: true, network: true },
  })
  expect(await okOf({ pool, peers, projection: unreached }, 'devchain')).toMatchObject({
    projection: false,
  })
  expect(await okOf({ pool, peers, projection: waiting }, 'devchain')).toMatchObject({
    projection: true,
  })
})

test('it is not while its database is away', async () => {
  const pool = new Pool({ connectionString: 'postgres://x@127.0.0.1:1/x' })
  expect(await okOf({ pool, peers, projection: reached }, 'devchain')).toMatchObject({
    database: false,
  })
  await pool.end()
})
