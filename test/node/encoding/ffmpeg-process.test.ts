import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import type { Ffmpeg } from '#node/encoding/ffmpeg-process.ts'
import { createFfmpeg } from '#node/encoding/ffmpeg-process.ts'
import { createProcessGuard, findDeathSignal } from '#node/encoding/process-guard.ts'
import { createProcessLedger } from '#node/encoding/process-ledger.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

type Stub = { readonly ffmpeg: Ffmpeg; readonly directory: string; readonly ledger: string }

/** A program that stands in for FFmpeg, as a shell script. */
async function stubFfmpeg(script: string, stallMs = 60_000): Promise<Stub> {
  const [directory, ledger] = [await makeFolder(), await makeFolder()]
  const file = path.join(directory, 'ffmpeg')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  const guard = createProcessGuard(
    { ledger: createProcessLedger(ledger) },
    { niceness: 0, prefix: await findDeathSignal() },
  )
  return { ffmpeg: createFfmpeg({ guard }, { path: file, stallMs }), directory, ledger }
}

const anything = ['-i', 'in', 'out']

test('arguments reach FFmpeg one by one, whatever they hold', async () => {
  const { ffmpeg, directory } = await stubFfmpeg(
    'for argument; do echo "$argument"; done > "$PWD/arguments"',
  )
  const args = ['-f', 'x y', '-i', 'in put', '-vf', 'a b', '-map', '[v]', 'out put']
  await ffmpeg.run({ args, directory, signal: untroubled })
  const given = (await readFile(path.join(directory, 'arguments'), 'utf8')).trim().split('\n')
  expect(given.filter((argument) => args.includes(argument))).toEqual(args)
  expect(given.slice(0, 4)).toEqual(['-nostdin', '-nostats', '-progress', 'pipe:1'])
})

test('progress is told while the process runs, and once more at its end', async () => {
  const blocks = 'echo frame=10; echo progress=continue; echo frame=25; echo progress=end'
  const { ffmpeg, directory } = await stubFfmpeg(blocks)
  const frames: number[] = []
  const { progress } = await ffmpeg.run({
    args: anything,
    directory,
    signal: untroubled,
    onProgress: (report) => frames.push(report.frames),
  })
  expect(frames).toEqual([10, 25])
  expect(progress.frames).toBe(25)
})

test('a failure carries the end of the log', async () => {
  const { ffmpeg, directory } = await stubFfmpeg(
    'echo first >&2; echo "the disk is full" >&2; exit 3',
  )
  const failure = await ffmpeg
    .run({ args: anything, directory, signal: untroubled })
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(MarketError)
  expect(failure).toMatchObject({
    code: 'ffmpeg-failed',
    message: 'FFmpeg stopped with code 3: the disk is full',
    meta: { exitCode: 3, log: 'first\nthe disk is full' },
  })
})

test('a log of any length is read, and only its end is kept', async () => {
  const { ffmpeg, directory } = await stubFfmpeg('seq 1 100000 >&2; exit 1')
  await expect(ffmpeg.run({ args: anything, directory, signal: untroubled })).rejects.toMatchObject(
    {
      meta: { log: Array.from({ length: 20 }, (_, index) => 99_981 + index).join('\n') },
    },
  )
})

test('a process that stops advancing is killed and counts as failed', async () => {
  const silent = 'echo frame=1; echo progress=continue; exec sleep 60'
  const { ffmpeg, directory, ledger } = await stubFfmpeg(silent, 200)
  await expect(ffmpeg.run({ args: anything, directory, signal: untroubled })).rejects.toMatchObject(
    {
      code: 'ffmpeg-failed',
      message: 'FFmpeg was ended by SIGKILL: No frame and no sound for 0.2 seconds.',
    },
  )
  expect(await readdir(ledger)).toEqual([])
})

test('a process that reports the same figure over and over has stopped advancing', async () => {
  const busy = 'while :; do echo frame=7; echo progress=continue; sleep 0.05; done'
  const { ffmpeg, directory } = await stubFfmpeg(busy, 300)
  await expect(ffmpeg.run({ args: anything, directory, signal: untroubled })).rejects.toThrow(
    'No frame and no sound',
  )
})

test('a process that advances slowly is left alone', async () => {
  const slow = 'for i in 1 2 3 4 5 6; do echo frame=$i; echo progress=continue; sleep 0.25; done'
  const { ffmpeg, directory } = await stubFfmpeg(slow, 1000)
  const { progress } = await ffmpeg.run({ args: anything, directory, signal: untroubled })
  expect(progress.frames).toBe(6)
})

test('a process that advances, but for longer than it may, is killed as well', async () => {
  const endless =
    'i=0; while :; do i=$((i+1)); echo frame=$i; echo progress=continue; sleep 0.05; done'
  const { ffmpeg, directory, ledger } = await stubFfmpeg(endless)
  const run = ffmpeg.run({ args: anything, directory, signal: untroubled, longestMs: 400 })
  await expect(run).rejects.toThrow('FFmpeg was ended by SIGKILL: Not done after 0 seconds.')
  expect(await readdir(ledger)).toEqual([])
})

test('an abort ends the process before it is told', async () => {
  const { ffmpeg, directory, ledger } = await stubFfmpeg('echo progress=continue; sleep 60 & wait')
  const controller = new AbortController()
  const run = ffmpeg.run({
    args: anything,
    directory,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  })
  await expect(run).rejects.toThrow('enough')
  expect(await readdir(ledger)).toEqual([])
})

test('a signal that is aborted already starts nothing', async () => {
  const { ffmpeg, directory } = await stubFfmpeg('touch "$PWD/started"')
  const signal = AbortSignal.abort(new Error('too late'))
  await expect(ffmpeg.run({ args: anything, directory, signal })).rejects.toThrow('too late')
  expect(await readdir(directory)).toEqual(['ffmpeg'])
})

test('an abort in the moment between the call and the process is not lost', async () => {
  const { ffmpeg, directory } = await stubFfmpeg('touch "$PWD/started"; sleep 60')
  const controller = new AbortController()
  const run = ffmpeg.run({ args: anything, directory, signal: controller.signal })
  controller.abort(new Error('at once'))
  await expect(run).rejects.toThrow('at once')
})

test('a real FFmpeg ends with the abort of its signal', async () => {
  const { ffmpeg } = await openTools()
  const directory = await makeFolder()
  const controller = new AbortController()
  const run = ffmpeg.run({
    args: ['-re', '-f', 'lavfi', '-i', 'testsrc2', '-f', 'null', '-'],
    directory,
    signal: controller.signal,
    onProgress: ({ frames }) => {
      if (frames > 0) controller.abort(new Error('enough'))
    },
  })
  await expect(run).rejects.toThrow('enough')
})
