import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { EncodedSegment, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { EncodeRun, FinishedWork } from '#node/encoding/cell-runner.ts'
import { createCellRunner } from '#node/encoding/cell-runner.ts'
import type { EncodeProgress } from '#node/encoding/encode-progress.ts'
import { cid, encoderProfile } from '#test/support/builders.ts'
import { smallLadder } from '#test/support/clip.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'

const clock = { now: () => performance.now() }
const keepNothing = () => Promise.resolve()

/** An engine that writes a line for a segment, and says what it was asked for. */
function fakeEngine(overrides: Partial<EncodingEngine> = {}) {
  const asked: string[] = []
  const write = async (directory: string, rendition: string): Promise<EncodedSegment> => {
    const file = path.join(directory, rendition)
    await writeFile(file, rendition)
    return { rendition, index: 0, path: file, units: 1 }
  }
  const engine: EncodingEngine = {
    class: encoderProfile.class,
    workers: 2,
    decodes: () => true,
    proofOf: () => null,
    prove: () => Promise.reject(new Error('not asked')),
    pixelsPerSecond: 1,
    analyse: () => Promise.reject(new Error('not asked')),
    encodeCell: async (_request, { part, renditions }, { directory, onProgress }) => {
      asked.push(...renditions.map(({ name }) => `${part} ${name}`))
      onProgress?.(10)
      return await Promise.all(renditions.map(({ name }) => write(directory, name)))
    },
    encodeAudio: async (_request, { directory, onProgress }) => {
      asked.push('audio')
      onProgress?.(48_000)
      return [await write(directory, 'audio')]
    },
    copyVideo: async ({ terms }, { directory }) => {
      asked.push(`copy ${terms.copied}`)
      return [await write(directory, terms.copied ?? '')]
    },
    tryCopy: () => Promise.reject(new Error('not asked')),
    ...overrides,
  }
  return { engine, asked }
}

async function aRun(overrides: Partial<EncodeRun> = {}): Promise<EncodeRun> {
  const grid = {
    rate: { numerator: 24, denominator: 1 },
    frames: 240,
    segmentFrames: 24,
    partSegments: 2,
    leadSeconds: 3,
  }
  const source = {
    cid: cid('source'),
    bytes: 1,
    width: 160,
    height: 90,
    codec: 'h264',
    videoStream: 0,
  }
  return {
    request: {
      source: '/video',
      terms: {
        source: { ...source, audioStream: 1 },
        grid,
        ladder: smallLadder,
        recipe: 'h264-ts-4',
      },
    },
    directory: await makeFolder(),
    signal: untroubled,
    isFinished: () => false,
    onFinished: keepNothing,
    ...overrides,
  }
}

const everything = ['audio', ...[0, 1, 2, 3, 4].flatMap((part) => [`${part} 90p`, `${part} 72p`])]

test('every rendition of every part is encoded once, and the sound', async () => {
  const { engine, asked } = fakeEngine()
  await createCellRunner({ engine, clock })(await aRun())
  expect(asked.toSorted()).toEqual(everything.toSorted())
})

test('what is finished is not encoded again', async () => {
  const { engine, asked } = fakeEngine()
  const isFinished = (part: number | null, rendition: string) =>
    part === null || part < 3 || rendition === '90p'
  await createCellRunner({ engine, clock })(await aRun({ isFinished }))
  expect(asked.toSorted()).toEqual(['3 72p', '4 72p'])
})

test('a silent source has no sound encoded', async () => {
  const { engine, asked } = fakeEngine()
  const run = await aRun()
  const { audioStream: _, ...silent } = run.request.terms.source
  const request = { ...run.request, terms: { ...run.request.terms, source: silent } }
  await createCellRunner({ engine, clock })({ ...run, request })
  expect(asked).not.toContain('audio')
})

test('segments are handed over while their files are there, and no file is left', async () => {
  const { engine } = fakeEngine()
  const handed: FinishedWork[] = []
  const run = await aRun({
    onFinished: async (work) => {
      for (const { path: file } of work.segments)
        expect(await readdir(path.dirname(file))).toContain(path.basename(file))
      handed.push(work)
    },
  })
  await createCellRunner({ engine, clock })(run)
  expect(handed.filter(({ part }) => part === null)).toHaveLength(1)
  expect(handed.flatMap(({ segments }) => segments)).toHaveLength(everything.length)
  expect(await readdir(run.directory)).toEqual([])
})

test('progress rises from what an earlier run has left to a hundred', async () => {
  const { engine } = fakeEngine()
  const reports: EncodeProgress[] = []
  const isFinished = (part: number | null) => part !== null && part < 3
  await createCellRunner({ engine, clock })(
    await aRun({ isFinished, onProgress: (progress) => reports.push(progress) }),
  )
  const percents = reports.map(({ percent }) => percent)
  expect(percents[0]).toBeGreaterThan(20)
  expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  expect(percents.at(-1)).toBe(100)
  expect(reports.at(-1)?.etaSeconds).toBe(0)
})

test('the first failure ends the others and is the one that is told', async () => {
  const ended: string[] = []
  const { engine } = fakeEngine({
    encodeCell: async (_request, { part }, { signal }) => {
      if (part === 0) throw new Error('the disk is full')
      return await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          ended.push('cell')
          reject(signal.reason)
        })
      })
    },
  })
  const run = await aRun()
  await expect(createCellRunner({ engine, clock })(run)).rejects.toThrow('the disk is full')
  expect(ended).toEqual(['cell'])
  expect(await readdir(run.directory)).toEqual([])
})

test('an abort is told by its reason, after every worker has ended', async () => {
  const controller = new AbortController()
  let running = 0
  const { engine } = fakeEngine({
    encodeCell: async (_request, _cell, { signal }) => {
      running += 1
      if (running === 2) controller.abort(new Error('enough'))
      await mkdir(path.join(await makeFolder(), 'slow'))
      running -= 1
      signal.throwIfAborted()
      return []
    },
  })
  const run = await aRun({ signal: controller.signal })
  await expect(createCellRunner({ engine, clock })(run)).rejects.toThrow('enough')
  expect(running).toBe(0)
})

test('work that could not be taken over is a failure', async () => {
  const { engine } = fakeEngine()
  const run = await aRun({ onFinished: () => Promise.reject(new Error('no room')) })
  await expect(createCellRunner({ engine, clock })(run)).rejects.toThrow('no room')
})
