import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterAll } from 'vitest'
import type { OpenedPostgres } from '#market/adapters/postgres/database.ts'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import type { EmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { makeFolder } from './ffmpeg.ts'

let server: Promise<EmbeddedPostgres> | undefined

/** Settings of a server whose data may be lost: nobody waits for a disk. */
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** A real server for the tests of one file, stopped after them. */
function testServer(): Promise<EmbeddedPostgres> {
  server ??= makeFolder().then((directory) =>
    startEmbeddedPostgres({ directory, settings: careless }),
  )
  return server
}

afterAll(async () => {
  await (await server)?.[Symbol.asyncDispose]()
  server = undefined
})

/** URL of a database of its own, empty, on the file's server. */
export async function emptyDatabase(): Promise<string> {
  const { url } = await testServer()
  const name = `test_${randomBytes(6).toString('hex')}`
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
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
