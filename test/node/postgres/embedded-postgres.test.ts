import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, test, vi } from 'vitest'
import type { EmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

// Each makes a cluster anew, which takes a disk that others use too.
vi.setConfig({ testTimeout: 60_000 })

async function query(url: string, text: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

test('what was written is there after a stop and a start', async () => {
  const directory = await makeFolder()
  {
    await using server = await startEmbeddedPostgres({ directory })
    await query(server.url, 'create table notes (text text)')
    await query(server.url, "insert into notes values ('kept')")
  }
  await using again = await startEmbeddedPostgres({ directory })
  expect(await query(again.url, 'select text from notes')).toEqual([{ text: 'kept' }])
})

test('a server that was left running is taken over, one that was killed is started again', async () => {
  const directory = await makeFolder()
  const left: EmbeddedPostgres = await startEmbeddedPostgres({ directory })
  await query(left.url, 'create table notes (text text)')
  const taken = await startEmbeddedPostgres({ directory })
  expect(taken.pid).toBe(left.pid)
  process.kill(taken.pid, 'SIGKILL')
  await expect.poll(() => query(taken.url, 'select 1').catch(() => 'gone')).toBe('gone')
  await using revived = await startEmbeddedPostgres({ directory })
  expect(revived.pid).not.toBe(left.pid)
  expect(await query(revived.url, 'select count(*)::int from notes')).toEqual([{ count: 0 }])
})

test('a cluster whose making was cut short is made again', async () => {
  const directory = await makeFolder()
  const first = await startEmbeddedPostgres({ directory })
  await first[Symbol.asyncDispose]()
  await rm(join(directory, 'password'))
  await using again = await startEmbeddedPostgres({ directory })
  expect(await query(again.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a password that cannot be read costs no cluster', async () => {
  const directory = await makeFolder()
  const first = await startEmbeddedPostgres({ directory })
  await first[Symbol.asyncDispose]()
  const password = join(directory, 'password')
  await rename(password, `${password}.away`)
  await mkdir(password)
  await expect(startEmbeddedPostgres({ directory })).rejects.toThrow(/EISDIR/)
  await rm(password, { recursive: true })
  await rename(`${password}.away`, password)
  await using again = await startEmbeddedPostgres({ directory })
  expect(await query(again.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('the password is only for the owner of the directory', async () => {
  const directory = await makeFolder()
  await using server = await startEmbeddedPostgres({ directory })
  expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600)
  const wrong = server.url.replace(/:[0-9a-f]{48}@/, ':guessed@')
  await expect(query(wrong, 'select 1')).rejects.toThrow(/password/)
})

test('a server that cannot start says where its own words are', async () => {
  const directory = await makeFolder()
  await expect(
    startEmbeddedPostgres({ directory, settings: { shared_buffers: 'nonsense' } }),
  ).rejects.toMatchObject({
    code: 'data-unusable',
    message: expect.stringContaining('postgres.log'),
  })
  expect(await readFile(join(directory, 'postgres.log'), 'utf8')).toContain('shared_buffers')
})

test('a visitor is told of a server that runs, of one that does not, and of none', async () => {
  const directory = await makeFolder()
  await expect(findEmbeddedPostgres(directory)).rejects.toMatchObject({ code: 'data-unusable' })
  const server = await startEmbeddedPostgres({ directory })
  expect(await findEmbeddedPostgres(directory)).toBe(server.url)
  await server[Symbol.asyncDispose]()
  expect(await findEmbeddedPostgres(directory)).toBeNull()
})

test('a start that is called off leaves no server behind', async () => {
  const directory = await makeFolder()
  const { signal, abort } = callable()
  const starting = startEmbeddedPostgres({ directory, signal })
  // Made when everything is ready for the server, just before it is started.
  await Promise.race([appears(join(directory, 'postgres.log')), starting])
  abort()
  await expect(starting).rejects.toBe(signal.reason)
  expect(await findEmbeddedPostgres(directory)).toBeNull()
})

function callable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort(new Error('called off')) }
}

async function appears(file: string): Promise<void> {
  while (!(await stat(file).catch(() => null))) await new Promise((soon) => setImmediate(soon))
}
