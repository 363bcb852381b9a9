import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type {
  EncodedSegment,
  EncodeOptions,
  EncodeRequest,
  EncodingEngine,
} from '#market/ports/encoding-engine.ts'
import { createCellRunner } from '#node/encoding/cell-runner.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { encodeTree, requestFor } from '#test/support/clip.ts'
import type { FakeRule } from '#test/support/fake-ffmpeg.ts'
import {
  complaintsAbout,
  makeFolder,
  openTools,
  packetsOf,
  pictureHashes,
  untroubled,
} from '#test/support/ffmpeg.ts'
import type { BenchOptions, HardwareBench } from '#test/support/hardware-bench.ts'
import { openHardwareBench } from '#test/support/hardware-bench.ts'
import { expectLikenessAt, expectSteadyPictures } from '#test/support/seam-check.ts'

let clip = ''
/** The recipe's own engine, measured once. */
let plain: EncodingEngine

beforeAll(async () => {
  const tools = await openTools()
  clip = path.join(await makeFolder(), 'clip.mkv')
  await makeSampleClip(tools, clip, {
    ...{ signal: untroubled, width: 320, height: 180, rate: '24', seconds: 8 },
  })
  const directory = await makeFolder()
  plain = await createEncodingEngine({ tools }, { directory, signal: untroubled, workers: 2 })
})

const openBench = (
  gpus: Parameters<typeof openHardwareBench>[1],
  rules: readonly FakeRule[],
  options: BenchOptions = {},
): Promise<HardwareBench> => openHardwareBench(plain, gpus, rules, options)

/** True for a process that runs; a dead one that nobody has fetched yet does not. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

/** One part in all renditions of the request. */
async function encodePart(
  { engine }: { readonly engine: EncodingEngine },
  request: EncodeRequest,
  part: number,
  options: Partial<EncodeOptions> = {},
): Promise<readonly EncodedSegment[]> {
  const directory = await makeFolder()
  const cell = { part, renditions: request.terms.ladder }
  return await engine.encodeCell(request, cell, { directory, signal: untroubled, ...options })
}

const lost = {
  log: ['[h264_vaapi @ 0x1] Failed to end picture encode issue: 1 (operation failed).'],
  code: 1,
}

test('a device that proves itself encodes a job into a tree that decodes without a complaint', async () => {
  const { engine, hwAccel, fake, changes } = await openBench({ amd: ['renderD128'] }, [])
  expect(hwAccel).toBe('vaapi')
  const tree = await encodeTree(engine, await requestFor(engine, clip))
  expect(await complaintsAbout(fake.tools, tree.master)).toBe('')
  const work = (await fake.calls()).filter(({ when }) => when === 'work')
  expect(new Set(work.map(({ encoder }) => encoder))).toEqual(new Set(['h264_vaapi']))
  expect(changes).toEqual([])
})

test('a job goes on with the next device, and then with libx264, and no seam shows', async () => {
  const gpus = { nvidia: 1, intel: ['renderD128'] }
  const { engine, fake, changes, standings } = await openBench(
    gpus,
    [
      { encoder: 'h264_nvenc', when: 'work', act: { type: 'break', ...lost } },
      // The first cell is encoded; the ones after it break in the middle.
      { encoder: 'h264_vaapi', when: 'work', times: 1, act: { type: 'encode' } },
      { encoder: 'h264_vaapi', when: 'work', act: { type: 'break', ...lost } },
      { encoder: 'h264_qsv', when: 'work', act: { type: 'crash', signal: 'SIGSEGV' } },
    ],
    { proven: ['h264_nvenc', 'h264_vaapi', 'h264_qsv'] },
  )
  const request = await requestFor(engine, clip, { partSegments: 2 })
  const tree = await encodeTree(engine, request)
  expect(changes).toEqual([
    'h264_nvenc demoted device-lost',
    'h264_vaapi demoted device-lost',
    'h264_qsv demoted crashed',
  ])
  expect(standings().map(({ phase, faults }) => `${phase} ${faults}`)).toEqual([
    'demoted 1',
    'demoted 1',
    'demoted 1',
  ])
  const done = (await fake.calls()).filter(({ child }) => child !== null)
  expect(new Set(done.map(({ encoder }) => encoder))).toEqual(new Set(['h264_vaapi', 'libx264']))
  expect(await complaintsAbout(fake.tools, tree.master)).toBe('')
  for (const { name } of request.terms.ladder) {
    const playlist = tree.playlistOf(name)
    expectSteadyPictures(await packetsOf(fake.tools, playlist), request.terms)
    const own = await pictureHashes(fake.tools, playlist)
    expect(new Set(own).size).toBe(request.terms.grid.frames)
    await expectLikenessAt([48, 96, 144], fake.tools, clip, playlist)
  }
})

test('the segments that hardware made are told from those of the recipe', async () => {
  const { engine } = await openBench(
    { amd: ['renderD128'] },
    [
      { encoder: 'h264_vaapi', when: 'work', times: 1, act: { type: 'encode' } },
      { encoder: 'h264_vaapi', when: 'work', act: { type: 'crash', signal: 'SIGSEGV' } },
    ],
    { proven: ['h264_vaapi'] },
  )
  const request = await requestFor(engine, clip)
  const first = await encodePart({ engine }, request, 0)
  const second = await encodePart({ engine }, request, 1)
  expect(first.map(({ hardware }) => hardware)).toEqual(first.map(() => 'h264_vaapi'))
  expect(second.map(({ hardware }) => hardware)).toEqual(second.map(() => undefined))
  const recipe = await encodePart({ engine: plain }, request, 1)
  const bytesOf = (segments: readonly EncodedSegment[]) =>
    Promise.all(segments.map(({ path: file }) => readFile(file)))
  expect(await bytesOf(second)).toEqual(await bytesOf(recipe))
})

test('a device that hangs at work is ended with all it started before the next begins, and told of once', async () => {
  const { engine, fake, changes } = await openBench(
    { amd: ['renderD128'] },
    [{ encoder: 'h264_vaapi', when: 'work', act: { type: 'hang' } }],
    { stallMs: 4_000, proven: ['h264_vaapi'] },
  )
  const folder = await makeFolder()
  const request = await requestFor(engine, clip)
  const percents: number[] = []
  let handed = 0
  await createCellRunner({ engine, clock: { now: () => performance.now() } })({
    ...{ request, directory: folder, signal: untroubled, isFinished: () => false },
    onFinished: async ({ segments }) => {
      handed += segments.length
    },
    onProgress: ({ percent }) => percents.push(percent),
  })
  const calls = (await fake.calls()).filter(({ when }) => when === 'work')
  const hung = calls.filter(({ encoder }) => encoder === 'h264_vaapi')
  expect(hung.length).toBeGreaterThan(0)
  for (const { pid, child } of hung) {
    expect(isRunning(pid)).toBe(false)
    expect(isRunning(child ?? 0)).toBe(false)
  }
  expect(new Set(calls.map((call) => call.directory)).size).toBe(calls.length)
  expect(changes).toEqual(['h264_vaapi demoted stalled'])
  expect(handed).toBe(8 * 2 + 8)
  expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  expect(await readdir(folder)).toEqual([])
})

test('an abort ends hardware without a word against it', async () => {
  const { engine, fake, changes, standings } = await openBench(
    { amd: ['renderD128'] },
    [{ encoder: 'h264_vaapi', when: 'work', act: { type: 'hang' } }],
    { proven: ['h264_vaapi'] },
  )
  const controller = new AbortController()
  const request = await requestFor(engine, clip)
  const run = encodePart({ engine }, request, 0, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  })
  await expect(run).rejects.toThrow('enough')
  const [call] = (await fake.calls()).filter(({ when }) => when === 'work')
  expect(isRunning(call?.pid ?? 0)).toBe(false)
  expect(changes).toEqual([])
  expect(standings()[0]?.phase).toBe('ready')
})

test('what software fails at as well costs no device its standing, and is told as software tells it', async () => {
  const { engine, standings } = await openBench({ amd: ['renderD128'] }, [], {
    proven: ['h264_vaapi'],
  })
  const request = await requestFor(engine, clip)
  const grid = { ...request.terms.grid, frames: 10 * request.terms.grid.frames }
  const beyond = { ...request, terms: { ...request.terms, grid } }
  const folder = await makeFolder()
  const run = encodePart({ engine }, beyond, 20, { directory: folder })
  await expect(run).rejects.toMatchObject({ code: 'ffmpeg-failed' })
  expect(standings()[0]).toMatchObject({ phase: 'ready', faults: 0 })
  expect(await readdir(folder)).toEqual([])
})

test('a full disk is nobody’s fault and is told at once', async () => {
  const log = ['av_interleaved_write_frame(): No space left on device']
  const { engine, fake, standings } = await openBench(
    { amd: ['renderD128'] },
    [{ encoder: 'h264_vaapi', when: 'work', act: { type: 'break', log, code: 1 } }],
    { proven: ['h264_vaapi'] },
  )
  const request = await requestFor(engine, clip)
  const run = encodePart({ engine }, request, 0)
  await expect(run).rejects.toThrow('No space left on device')
  expect((await fake.calls()).filter(({ when }) => when === 'work')).toHaveLength(1)
  expect(standings()[0]).toMatchObject({ phase: 'ready', faults: 0 })
})

test('a limit of sessions is found at work, and what does not fit is encoded elsewhere', async () => {
  const { engine, fake, changes, standings } = await openBench(
    { nvidia: 1 },
    [{ encoder: 'h264_nvenc', act: { type: 'sessions', limit: 3 } }],
    { proven: ['h264_nvenc'] },
  )
  const request = await requestFor(engine, clip)
  const encode = (part: number) => encodePart({ engine }, request, part)
  const made = (await Promise.all([encode(0), encode(1)])).flat()
  expect(made.filter(({ hardware }) => hardware === 'h264_nvenc')).toHaveLength(4)
  expect(made.filter(({ hardware }) => hardware === undefined)).toHaveLength(4)
  expect(changes).toEqual(['h264_nvenc ready session-limit'])
  expect(standings()[0]).toMatchObject({ phase: 'ready', faults: 0, places: 2 })
  const runs = (await fake.calls()).filter(({ when }) => when === 'work').length
  await Promise.all([encode(2), encode(3)])
  const later = (await fake.calls()).filter(({ when }) => when === 'work').slice(runs)
  expect(later.map(({ encoder }) => encoder).toSorted()).toEqual(['h264_nvenc', 'libx264'])
})

test('a demoted device proves itself anew after its wait, and works again', async () => {
  const { engine, fake, changes, clock } = await openBench(
    { amd: ['renderD128'] },
    [{ encoder: 'h264_vaapi', when: 'work', times: 1, act: { type: 'fail', ...lost } }],
    { proven: ['h264_vaapi'] },
  )
  const request = await requestFor(engine, clip)
  const encode = async (part: number) => {
    const [segment] = await encodePart({ engine }, request, part)
    return segment?.hardware
  }
  expect(await encode(0)).toBeUndefined()
  clock.time = 59_999
  expect(await encode(1)).toBeUndefined()
  clock.time = 60_000
  expect(await encode(2)).toBe('h264_vaapi')
  expect(changes).toEqual(['h264_vaapi demoted device-lost', 'h264_vaapi ready device-lost'])
  expect((await fake.calls()).filter(({ when }) => when === 'probe')).toHaveLength(1)
})

test('a restart asks no device again until something has changed or failed', async () => {
  const { engine, fake, machine, restart } = await openBench({ amd: ['renderD128'] }, [])
  const probes = async () => (await fake.calls()).filter(({ when }) => when === 'probe').length
  expect(await probes()).toBe(1)
  await restart()
  expect(await probes()).toBe(1)
  await machine.put('sys/class/drm/renderD128/device/uevent', 'DRIVER=another')
  await restart()
  expect(await probes()).toBe(2)
  await fake.setRules([{ encoder: 'h264_vaapi', when: 'work', act: { type: 'fail', ...lost } }])
  const request = await requestFor(engine, clip)
  await encodePart({ engine }, request, 0)
  await restart()
  expect(await probes()).toBe(3)
})
