import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openFfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { removeAbandoned } from '#node/processing/workspace.ts'
import { openScratch, removeLeftovers } from '#node/scratch.ts'
import { jobId } from '#test/support/builders.ts'
import { makeFolder, searchPath, untroubled } from '#test/support/ffmpeg.ts'

const endlessCopy = fileURLToPath(new URL('encoding/endless-copy.ts', import.meta.url))

/** A process that is in the middle of a copy trial, and the folder it writes to. */
async function aCopyingProcess(directory: string) {
  const child = spawn(process.execPath, [endlessCopy, directory])
  const [line] = await once(child.stdout, 'data')
  return {
    folder: String(line).trim(),
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('what a killed copy trial has left is gone after the next start', async () => {
  const directory = await makeFolder()
  const { folder, kill } = await aCopyingProcess(directory)
  expect(await readdir(folder)).toEqual(['180p-0.ts'])
  await kill()
  await openFfmpegTools({ directory, searchPath, signal: untroubled })
  expect(existsSync(folder)).toBe(false)
  expect(await readdir(path.join(directory, 'scratch'))).toEqual([])
})

test('what a living process has is left alone, in this process or another', async () => {
  const directory = await makeFolder()
  const other = await aCopyingProcess(directory)
  await using own = await openScratch(directory, 'test')
  const stray = path.join(directory, 'scratch', '.DS_Store')
  await writeFile(stray, 'of a file manager')
  await removeLeftovers(directory)
  expect(existsSync(stray)).toBe(true)
  expect([other.folder, own.path].every(existsSync)).toBe(true)
  await other.kill()
  await removeLeftovers(directory)
  expect([other.folder, own.path].map(existsSync)).toEqual([false, true])
})

test('a scratch folder is empty, and gone when it is disposed', async () => {
  const directory = await makeFolder()
  {
    await using scratch = await openScratch(directory, 'test')
    expect(await readdir(scratch.path)).toEqual([])
  }
  expect(await readdir(path.join(directory, 'scratch'))).toEqual([])
})

test('work of jobs that are over is removed, and that of the others kept', async () => {
  const work = await makeFolder()
  const [over, open] = [jobId('alice', 1), jobId('alice', 2)]
  const folderOf = (purpose: string, job: string) =>
    path.join(work, `${purpose}-${job.replace(':', '-')}`)
  const folders = [over, open].flatMap((job) => [folderOf('encode', job), folderOf('check', job)])
  for (const folder of folders) {
    await mkdir(folder)
    await writeFile(path.join(folder, 'source'), 'a film')
  }
  await removeAbandoned(work, [open])
  expect(folders.map(existsSync)).toEqual([false, false, true, true])
})
