import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createJobScheduler } from '#market/adapters/postgres/job-scheduler.ts'
import { neededKeys } from '#market/adapters/postgres/sealed-secrets.ts'
import { createSecretBox, keyIdOf } from '#node/secrets/secret-box.ts'
import { openSecretKeys, requireKeys } from '#node/secrets/secret-keys.ts'
import { alice } from '#test/support/builders.ts'
import { anEncodingJob, granted } from '#test/support/encoding-jobs.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { openTestDatabase } from '#test/support/postgres.ts'

const hex = () => randomBytes(32).toString('hex')
const texts = (keys: readonly Uint8Array[]) => keys.map((key) => Buffer.from(key).toString('hex'))

test('a directory gets a key of its own, which only its owner reads, and keeps it', async () => {
  const directory = await makeFolder()
  const made = await openSecretKeys(directory)
  expect((await stat(join(directory, 'secret.key'))).mode & 0o777).toBe(0o600)
  expect(await openSecretKeys(directory)).toEqual(made)
})

test('given keys come first, and the directory’s own still opens what it sealed', async () => {
  const directory = await makeFolder()
  const own = texts(await openSecretKeys(directory))
  const given = [hex(), hex()]
  expect(texts(await openSecretKeys(directory, given))).toEqual([...given, ...own])
})

test('where keys are given none is made', async () => {
  const directory = await makeFolder()
  const given = [hex()]
  expect(texts(await openSecretKeys(directory, given))).toEqual(given)
  expect(await readdir(directory)).toEqual([])
})

test('a file that is no key is told, and left as it is', async () => {
  const directory = await makeFolder()
  const path = join(directory, 'secret.key')
  await writeFile(path, 'not a key')
  await expect(openSecretKeys(directory)).rejects.toMatchObject({ code: 'data-unusable' })
  expect(await readFile(path, 'utf8')).toBe('not a key')
})

test('a key that cannot be read is not taken for one that is not there', async () => {
  const directory = await makeFolder()
  await mkdir(join(directory, 'secret.key'))
  await expect(openSecretKeys(directory)).rejects.toMatchObject({ code: 'EISDIR' })
  expect(await readdir(directory)).toEqual(['secret.key'])
})

test('an indexer without the key of calls that are still to be signed does not start', async () => {
  await using opened = await openTestDatabase()
  const { pool } = opened
  const scheduler = createJobScheduler({ pool, random: () => 0 })
  const [first, second] = [randomBytes(32), randomBytes(32)]
  const webhookSecret = createSecretBox([first]).seal('whsec_abc', alice)
  const told = { webhookUrl: 'https://hooks.example/', webhookSecret }
  expect(await neededKeys(pool)).toEqual([])
  const { id } = granted(await scheduler.submit(anEncodingJob(told)))
  const needed = await neededKeys(pool)
  expect(needed).toEqual([keyIdOf(first)])
  requireKeys([second, first], needed)
  expect(() => requireKeys([second], needed)).toThrow(
    expect.objectContaining({ code: 'key-missing' }),
  )
  granted(await scheduler.cancel(id, 'enough'))
  expect(await neededKeys(pool)).toEqual([keyIdOf(first)])
  await pool.query("update webhook_deliveries set phase = 'dead', finished_at = now()")
  requireKeys([second], await neededKeys(pool))
})
