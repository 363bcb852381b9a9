import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultDataPath, explainFailure, openDataDirectory } from '#node/data-directory.ts'
import { makeFolder } from '../support/ffmpeg.ts'

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : error

test('a directory is made for its owner only', async () => {
  using data = openDataDirectory(join(await makeFolder(), 'deep', 'down'))
  expect((await stat(data.path)).mode & 0o777).toBe(0o700)
})

test('a second process is refused while the first has the directory, and not after', async () => {
  const path = join(await makeFolder(), 'data')
  {
    using _first = openDataDirectory(path)
    expect(() => openDataDirectory(path)).toThrow(
      `${path} is in use by another process; stop it, or choose another --data directory.`,
    )
  }
  using again = openDataDirectory(path)
  expect(again.path).toBe(path)
})

test('a path through a file is refused in words', async () => {
  const file = join(await makeFolder(), 'file')
  await writeFile(file, 'not a directory')
  for (const path of [file, join(file, 'below')]) {
    expect(() => openDataDirectory(path)).toThrow(
      `${path} cannot hold data: something that is not a directory is in the way; choose another --data directory.`,
    )
  }
})

test.runIf(process.platform === 'linux')('a place that takes no directories is refused', () => {
  for (const path of ['/proc/none', '/proc/none/deep'])
    expect(() => openDataDirectory(path)).toThrow(`${path} cannot hold data: `)
})

test('a lock that cannot be opened is refused in words', async () => {
  const path = await makeFolder()
  await mkdir(join(path, 'lock.sqlite'))
  expect(() => openDataDirectory(path)).toThrow(/cannot hold data: this user may not write there/)
})

test('a disk without room is refused before anything is written', async () => {
  const path = join(await makeFolder(), 'data')
  expect(() => openDataDirectory(path, { freeBytes: Number.MAX_SAFE_INTEGER })).toThrow(
    `The disk of ${path} is full; free some space, or choose another --data directory.`,
  )
})

test.each([
  ['EACCES', 'data-unusable'],
  ['EROFS', 'data-unusable'],
  ['SQLITE_READONLY', 'data-unusable'],
  ['SQLITE_BUSY_SNAPSHOT', 'data-locked'],
  ['ENOSPC', 'disk-full'],
  ['SQLITE_FULL', 'disk-full'],
  ['EIO', 'EIO'],
])('the system answering %s is told as %s', (code, told) => {
  const error = Object.assign(new Error(code), { code })
  expect(codeOf(explainFailure('/data', error))).toBe(told)
})

test('data is kept below the given base, or in the directory of the user', () => {
  expect(defaultDataPath('alice', '/srv')).toBe('/srv/alice')
  expect(defaultDataPath('alice')).toMatch(/spk-encoder.*alice$/)
})
