import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { Pool } from 'pg'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createSharedLimiter } from '#market/adapters/postgres/shared-limiter.ts'
import { errorResponses } from '#market/api/middleware.ts'
import type { RateLimits } from '#market/api/rate-limits.ts'
import { limitRates } from '#market/api/rate-limits.ts'
import { alice } from '#test/support/builders.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

const opened = await openTestDatabase()
afterAll(() => opened[Symbol.asyncDispose]())
beforeEach(async () => void (await opened.pool.query('delete from rate_limits')))

const few = { requests: 3, seconds: 600 }
const many = { requests: 1_000, seconds: 600 }

/** One of several processes of an indexer, with a connection of its own. */
async function aProcess(limits: Partial<RateLimits>) {
  const pool = new Pool({ connectionString: opened.url, max: 2 })
  const looked: string[] = []
  const app = new Koa()
  app.use(errorResponses(() => undefined))
  app.use(
    limitRates(
      { address: many, account: many, costly: many, ...limits },
      {
        accountOf: async (authorization) => {
          looked.push(authorization)
          return authorization === 'Bearer alice' ? alice : null
        },
        isCostly: ({ path }) => path === '/costly',
        shared: createSharedLimiter(pool),
      },
    ),
  )
  app.use((context) => {
    context.body = 'served'
  })
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...{ looked, pool },
    ask: async (path: string, authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization }
      return (await fetch(url + path, { headers })).status
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await pool.end()
    },
  }
}

test('what is costly is counted over all processes, and load by each for itself', async () => {
  await using one = await aProcess({ costly: few })
  await using other = await aProcess({ costly: few, address: few })
  const costly = [one, other, one, other, one].map(
    ({ ask }) =>
      () =>
        ask('/costly'),
  )
  const statuses: number[] = []
  for (const ask of costly) statuses.push(await ask())
  expect(statuses).toEqual([200, 200, 200, 429, 429])
  for (let count = 0; count < 5; count += 1) expect(await one.ask('/')).toBe(200)
  expect([await other.ask('/'), await other.ask('/'), await other.ask('/')]).toEqual([
    200, 200, 200,
  ])
  expect(await other.ask('/')).toBe(429)
})

test('guesses at one process are none left at another, and whoever is known there goes on', async () => {
  await using one = await aProcess({ costly: few })
  await using other = await aProcess({ costly: few })
  for (const guess of ['a', 'b', 'c']) expect(await one.ask('/', `Bearer ${guess}`)).toBe(200)
  expect(await other.ask('/', 'Bearer d')).toBe(429)
  expect(await other.ask('/', 'Bearer e')).toBe(429)
  expect(other.looked).toEqual(['Bearer d'])
  expect(await one.ask('/', 'Bearer alice')).toBe(200)
  expect(await one.ask('/', 'Bearer f')).toBe(429)
  expect(await one.ask('/', 'Bearer alice')).toBe(429)
  expect(await one.ask('/')).toBe(200)
})

test('without its database a process counts for itself', async () => {
  await using alone = await aProcess({ costly: few })
  await opened.pool.query('alter table rate_limits rename to hidden')
  const statuses: number[] = []
  for (let count = 0; count < 5; count += 1) statuses.push(await alone.ask('/costly'))
  await opened.pool.query('alter table hidden rename to rate_limits')
  expect(statuses).toEqual([200, 200, 200, 429, 429])
})
