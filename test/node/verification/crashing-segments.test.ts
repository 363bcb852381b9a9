import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { Ffmpeg, FfmpegRun } from '#node/encoding/ffmpeg-process.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import type { LeafFinding } from '#node/verification/leaf.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import { encodeSegments, requestFor } from '../../support/clip.ts'
import { makeFolder, openTools, untroubled } from '../../support/ffmpeg.ts'
import { aLeafCheck } from '../../support/leaf-check.ts'

const segment = 1

let tools: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest
let honest: ReadonlyMap<string, ReadonlyMap<number, string>>

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal: untroubled })
  const clip = path.join(folder, 'clip.mp4')
  const shape = { width: 160, height: 90, rate: '12', seconds: 3 } as const
  await makeSampleClip(tools, clip, { signal: untroubled, ...shape })
  request = await requestFor(engine, clip)
  const made = await encodeSegments(engine, request)
  honest = new Map(
    ['90p', 'audio'].map((name) => [
      name,
      new Map(
        made
          .filter(({ rendition }) => rendition === name)
          .map(({ index, path: file }) => [index, file]),
      ),
    ]),
  )
}, 60_000)

/** Runs that measure what was delivered; those that measure the verifier's own in its place have no such input. */
const measuresDelivered = ({ args }: FfmpegRun): boolean => args.includes('delivered.ts')
const measures = (run: FfmpegRun): boolean =>
  measuresDelivered(run) || run.args.filter((name) => name === 'reference.ts').length > 1

/** FFmpeg that fails at some runs, as often as it is told to, in place of the real one. */
function failing(
  isAt: (run: FfmpegRun) => boolean,
  error: Error,
  times = Number.POSITIVE_INFINITY,
): Ffmpeg {
  let left = times
  return {
    run: async (run) => {
      if (!isAt(run) || left === 0) return await tools.ffmpeg.run(run)
      left -= 1
      throw error
    },
  }
}

const crash = new MarketError('ffmpeg-failed', 'FFmpeg was ended by SIGSEGV', {
  exitSignal: 'SIGSEGV',
})
const notStarted = new MarketError('ffmpeg-failed', 'FFmpeg: spawn ENOENT', {})

async function measure(ffmpeg: Ffmpeg, rendition = '90p'): Promise<readonly LeafFinding[]> {
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver(rendition, honest.get(rendition) ?? new Map())
  return await measureLeaves({ ...check, ffmpeg }, manifest, [{ rendition, segment }])
}

describe.each([
  ['90p', 'picture-undecodable'],
  ['audio', 'sound-undecodable'],
] as const)('a delivered segment of %s that ends FFmpeg by a signal', (rendition, code) => {
  test('is at fault where it does so each time, and the verifier’s own does not', async () => {
    const [finding] = await measure(failing(measuresDelivered, crash), rendition)
    expect(finding?.faults).toEqual([{ code, rendition, segment }])
  })

  test('is tried again, and passes where it can then be measured', async () => {
    const [finding] = await measure(failing(measuresDelivered, crash, 1), rendition)
    expect(finding?.faults).toEqual([])
  })

  test('accuses nobody where the verifier’s own does so as well', async () => {
    await expect(measure(failing(measures, crash), rendition)).rejects.toThrow(/SIGSEGV/)
  })

  test('accuses nobody where FFmpeg cannot be started', async () => {
    const cannot = failing(measuresDelivered, notStarted)
    await expect(measure(cannot, rendition)).rejects.toThrow(/ENOENT/)
  })
})

test('pictures are measured within limits of memory and time: a segment may be made to take more', async () => {
  const runs: FfmpegRun[] = []
  const run: Ffmpeg['run'] = async (given) => {
    if (measuresDelivered(given)) runs.push(given)
    return await tools.ffmpeg.run(given)
  }
  const [finding] = await measure({ run })
  expect(finding?.faults).toEqual([])
  expect(runs).toHaveLength(1)
  expect(runs[0]?.memoryBytes).toBeGreaterThan(2 ** 30)
  expect(runs[0]?.longestMs).toBeGreaterThan(60_000)
})
