import { spawn } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cell, EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { aRendition, filmClip, requestFor } from '#test/support/clip.ts'
import { makeFolder, openShippedTools, openTools, untroubled } from '#test/support/ffmpeg.ts'

/** Parts are proved by their bytes, so equal parts must give equal ones: in any process, beside any other work. */

const ladder = [
  aRendition({ name: '180p', width: 320, height: 180, kbps: 600, profile: 'high' }),
  aRendition(),
]

let tools: FfmpegTools
let engine: EncodingEngine
let other: EncodingEngine
let request: EncodeRequest

beforeAll(async () => {
  tools = await openTools()
  engine = await openEngine(tools)
  other = await openEngine(tools)
  const clip = (await filmClip()) ?? (await generated())
  request = await requestFor(engine, clip, { ladder, partSegments: 3 })
})

async function generated(): Promise<string> {
  const file = path.join(await makeFolder(), 'clip.mp4')
  await makeSampleClip(tools, file, { signal: untroubled, width: 640, height: 360, seconds: 12 })
  return file
}

/** An engine of its own, with a folder of its own: nothing is shared with another but the FFmpeg that both start. */
async function openEngine(own: FfmpegTools): Promise<EncodingEngine> {
  const directory = await makeFolder()
  return await createEncodingEngine({ tools: own }, { directory, signal: untroubled })
}

/** The ids of a cell's segments, by rendition and index. */
async function idsOf(
  engine: EncodingEngine,
  cell: Cell,
): Promise<Readonly<Record<string, string>>> {
  const directory = await makeFolder()
  const segments = await engine.encodeCell(request, cell, { directory, signal: untroubled })
  const entries = segments.map(
    async ({ rendition, index, path: file }) =>
      [`${rendition} ${index}`, await fileCid(file)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function soundIdsOf(engine: EncodingEngine): Promise<readonly string[]> {
  const directory = await makeFolder()
  const segments = await engine.encodeAudio(request, { directory, signal: untroubled })
  return await Promise.all(segments.map(({ path: file }) => fileCid(file)))
}

const middle: Cell = { part: 2, renditions: ladder }

describe('while other programs want every core', () => {
  const others: AbortController = new AbortController()

  beforeAll(() => {
    const endless = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=60']
    for (let number = 0; number < 3; number += 1)
      spawn(tools.binaries.ffmpeg, [...endless, '-c:v', 'libx264', '-f', 'null', '-'], {
        stdio: 'ignore',
        signal: others.signal,
      }).on('error', () => undefined)
  })

  afterAll(() => others.abort())

  test('two engines encode one part into the same content ids', async () => {
    const [first, second] = await Promise.all([idsOf(engine, middle), idsOf(other, middle)])
    expect(Object.keys(first)).toHaveLength(6)
    expect(second).toEqual(first)
    expect(await soundIdsOf(engine)).toEqual(await soundIdsOf(other))
  })
})

test('a rendition has the same bytes whether it is encoded alone or beside others', async () => {
  const together = await idsOf(engine, middle)
  const alone = await Promise.all(
    ladder.map((rendition) => idsOf(engine, { part: middle.part, renditions: [rendition] })),
  )
  expect(Object.assign({}, ...alone)).toEqual(together)
})

describe('a determinism class', () => {
  test('is the same wherever the same build is opened', () => {
    expect(other.class).toEqual(engine.class)
  })

  test('tells builds apart exactly where their bytes differ', async () => {
    const shipped = await openEngine(await openShippedTools())
    const [ownIds, shippedIds] = await Promise.all([idsOf(engine, middle), idsOf(shipped, middle)])
    const isSame = JSON.stringify(ownIds) === JSON.stringify(shippedIds)
    expect(engine.class.cid === shipped.class.cid).toBe(isSame)
  })
})
