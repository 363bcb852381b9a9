import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterAll } from 'vitest'
import type { OpenedPostgres } from '#market/adapters/postgres/database.ts'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { childEnvironment } from '#node/config.ts'
import { startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { makeFolder } from './ffmpeg.ts'

type TestServer = AsyncDisposable & { readonly url: string }

let server: Promise<TestServer> | undefined

/** Settings of a server whose data may be lost: nobody waits for a disk. */
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** A real server for the tests of one file, stopped after them; or one that is named, which is left as it was. */
function testServer(): Promise<TestServer> {
  server ??= startServer()
  return server
}

async function startServer(): Promise<TestServer> {
  const { TEST_DATABASE_URL: url } = childEnvironment({})
  if (url === undefined)
    return await startEmbeddedPostgres({ directory: await makeFolder(), settings: careless })
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      for (const name of made.splice(0))
        await run(url, `drop database if exists ${name} with (force)`)
    },
  }
}

const made: string[] = []

afterAll(async () => {
  await (await server)?.[Symbol.asyncDispose]()
  server = undefined
})

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

/** URL of a database of its own, empty, on the file's server. */
export async function emptyDatabase(): Promise<string> {
  const { url } = await testServer()
  const name = `spk_test_${randomBytes(6).toString('hex')}`
  made.push(name)
  await run(url, `create database ${name}`)
  const target = new URL(url)
  target.pathname = `/${name}`
  return target.href
}

/** An empty database with all tables, closed by whoever opened it. */
export async function openTestDatabase(): Promise<OpenedPostgres & { readonly url: string }> {
  const url = await emptyDatabase()
  const opened = await openPostgres({ url, onIdleError: () => undefined })
  return { ...opened, url }
}
