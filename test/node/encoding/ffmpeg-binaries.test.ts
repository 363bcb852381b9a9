import { chmod, copyFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import shippedFfmpeg from '@ffmpeg-installer/ffmpeg'
import { expect, test } from 'vitest'
import type { FfmpegSearch } from '#node/encoding/ffmpeg-binaries.ts'
import { findFfmpeg } from '#node/encoding/ffmpeg-binaries.ts'
import { createProcessGuard } from '#node/encoding/process-guard.ts'
import { createProcessLedger } from '#node/encoding/process-ledger.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

async function find(search: Omit<FfmpegSearch, 'signal'>) {
  const ledger = createProcessLedger(await makeFolder())
  const guard = createProcessGuard({ ledger }, { niceness: 0, prefix: [] })
  return await findFfmpeg({ guard }, { ...search, signal: untroubled })
}

/** A folder with programs of these names, each a shell script. */
async function folderWith(scripts: Readonly<Record<string, string>>): Promise<string> {
  const folder = await makeFolder()
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(path.join(folder, name), 0o755)
  }
  return folder
}

test('where nothing is installed, the build that npm ships is found, with a warning that it is old', async () => {
  const found = await find({ searchPath: '' })
  expect(found).toMatchObject({
    ffmpeg: shippedFfmpeg.path,
    origin: 'shipped',
    version: 'N-47683-g0e8eb07980-static',
    x264: 'core 157 r2935 545de2f',
  })
  expect(found.warning).toMatch(/old .*N-47683.* Install a current one: \S+/)
})

test('what PATH leads to comes before what npm ships, without a warning', async () => {
  const { binaries } = await openTools()
  const folder = await makeFolder()
  await symlink(binaries.ffmpeg, path.join(folder, 'ffmpeg'))
  await symlink(binaries.ffprobe, path.join(folder, 'ffprobe'))
  const found = await find({ searchPath: ['/no/such/folder', folder].join(path.delimiter) })
  expect(found).toEqual({
    ...binaries,
    ffmpeg: path.join(folder, 'ffmpeg'),
    ffprobe: path.join(folder, 'ffprobe'),
    origin: 'installed',
    warning: null,
  })
})

test('a named program comes first, and its ffprobe is looked for beside it', async () => {
  const { binaries } = await openTools()
  const folder = await makeFolder()
  await symlink(binaries.ffmpeg, path.join(folder, 'my-ffmpeg'))
  await copyFile('/bin/true', path.join(folder, 'ffprobe'))
  const found = await find({ ffmpegPath: path.join(folder, 'my-ffmpeg'), searchPath: '' })
  expect(found).toMatchObject({ origin: 'named', ffprobe: path.join(folder, 'ffprobe') })
})

test('a name that leads nowhere is never replaced by another program', async () => {
  await expect(
    find({ ffmpegPath: '/no/such/ffmpeg', searchPath: '/usr/bin' }),
  ).rejects.toMatchObject({
    code: 'ffmpeg-missing',
    message:
      'There is no program at /no/such/ffmpeg, which FFMPEG_PATH names; correct or unset FFMPEG_PATH.',
  })
})

test('a build without libx264 is refused as missing', async () => {
  const folder = await folderWith({
    ffmpeg: `echo "Unknown encoder 'libx264'" >&2; exit 1`,
    ffprobe: 'true',
  })
  await expect(find({ searchPath: folder })).rejects.toMatchObject({
    code: 'ffmpeg-missing',
    message: expect.stringContaining('without libx264'),
  })
})

test('a program that does nothing is told not to be FFmpeg', async () => {
  const folder = await folderWith({ ffmpeg: 'true', ffprobe: 'true' })
  await expect(find({ searchPath: folder })).rejects.toMatchObject({
    code: 'ffmpeg-missing',
    message: `This program is not FFmpeg. It is ${path.join(folder, 'ffmpeg')}.`,
  })
})

test('a program that does not run here is refused as missing', async () => {
  const folder = await folderWith({ ffprobe: 'true' })
  await writeFile(path.join(folder, 'ffmpeg'), 'not a program')
  await chmod(path.join(folder, 'ffmpeg'), 0o755)
  await expect(find({ searchPath: folder })).rejects.toMatchObject({ code: 'ffmpeg-missing' })
})
