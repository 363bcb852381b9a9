import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { segmentName } from '#node/encoding/playlist.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import type { TreeReport } from '#node/verification/tree-check.ts'
import type { Cid } from '#protocol/ids.ts'
import { cid } from '#test/support/builders.ts'
import type { Tree } from '#test/support/clip.ts'
import { encodeSegments, encodeTree, requestFor } from '#test/support/clip.ts'
import {
  ffmpeg,
  makeFolder,
  openShippedTools,
  openTools,
  untroubled as signal,
} from '#test/support/ffmpeg.ts'
import { checkFolder } from '#test/support/folder-check.ts'
import type { ForgedTree } from '#test/support/forge-folder.ts'
import { copyOf, publish } from '#test/support/forge-folder.ts'

let tools: FfmpegTools
let engine: EncodingEngine
let foreignEngine: EncodingEngine
let request: EncodeRequest
let tree: Tree
let foreign: Tree

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  const shipped = await openShippedTools()
  foreignEngine = await createEncodingEngine(
    { tools: shipped },
    { directory: await makeFolder(), signal },
  )
  const clip = path.join(folder, 'clip.mp4')
  await makeSampleClip(tools, clip, { signal, width: 320, height: 180, rate: '12', seconds: 5 })
  request = await requestFor(engine, clip)
  tree = await encodeTree(engine, request)
  foreign = await encodeTree(foreignEngine, request)
})

/** Puts a file in the place of a segment, and into the manifest. */
async function replace(
  { folder, manifest }: ForgedTree,
  { rendition, segment }: { readonly rendition: number; readonly segment: number },
  file: string,
): Promise<void> {
  const record = manifest.renditions[rendition]!.segments[segment]!
  await cp(file, fileOf({ folder, manifest }, rendition, segment))
  record.cid = await fileCid(file)
  record.bytes = (await stat(file)).size
}

function fileOf({ folder, manifest }: ForgedTree, rendition: number, segment: number): string {
  return path.join(folder, manifest.renditions[rendition]!.name, segmentName(segment, 'mpegts'))
}

function check(
  folder: string,
  options: { readonly leaves?: number; readonly root?: Cid; readonly source?: string } = {},
): Promise<TreeReport> {
  const { leaves = 4, source = request.source, root } = options
  return checkFolder({ engine, tools }, { folder, source, root, leaves })
}

async function codesOf(forged: ForgedTree): Promise<readonly string[]> {
  await publish(forged)
  const { verdict, faults } = await check(forged.folder)
  expect(verdict).toBe('fail')
  return faults.map(({ code }) => code)
}

describe('an honest tree', () => {
  test('passes byte by byte in the class that made it, in every leaf', async () => {
    const report = await check(tree.folder, { leaves: Number.POSITIVE_INFINITY })
    expect(report).toMatchObject({ verdict: 'pass', faults: [], tier: 'exact' })
    expect(report.findings.length).toBeGreaterThanOrEqual(report.leaves ?? Number.NaN)
  })

  test('passes when its encode was stopped half-way, and went on', async () => {
    const all = await encodeSegments(engine, request)
    const first = all.filter(({ rendition, index }) => rendition !== 'audio' && index < 2)
    const resumed = await encodeTree(engine, request, first)
    const [one, other] = [await check(resumed.folder), await check(tree.folder)]
    expect(one).toMatchObject({ verdict: 'pass', root: other.root })
  })

  test('of another x264 passes by measuring', async () => {
    expect(foreign.manifest.class.cid).not.toBe(engine.class.cid)
    const report = await check(foreign.folder, { leaves: 8 })
    expect(report).toMatchObject({ verdict: 'pass', faults: [], tier: 'perceptual' })
    for (const { figures } of report.findings) expect(figures).not.toEqual({})
  })

  test('is drawn from by its seed alone', async () => {
    const [one, other] = [await check(tree.folder), await check(tree.folder)]
    expect(one.challenged).toEqual(other.challenged)
  })
})

describe('a forged tree is found out', () => {
  test('with a segment missing', async () => {
    const forged = await copyOf(tree)
    await rm(fileOf(forged, 0, 2))
    const { faults } = await check(forged.folder)
    expect(faults).toEqual([{ code: 'unavailable', rendition: '90p', segment: 2 }])
  })

  test('with bytes that its manifest does not name', async () => {
    const forged = await copyOf(tree)
    const file = fileOf(forged, 1, 0)
    const bytes = await readFile(file)
    await writeFile(file, bytes.with(bytes.length - 1, 0x55))
    const { faults } = await check(forged.folder)
    expect(faults).toEqual([{ code: 'tree-differs-from-manifest', rendition: '72p', segment: 0 }])
  })

  test('with a manifest that lies about a content id', async () => {
    const forged = await copyOf(tree)
    forged.manifest.renditions[0]!.segments[1]!.cid = cid('nothing')
    expect(await codesOf(forged)).toEqual(['tree-differs-from-manifest'])
  })

  test('with a manifest that lies about a size', async () => {
    const forged = await copyOf(tree)
    forged.manifest.renditions[0]!.segments[1]!.bytes += 188
    expect(await codesOf(forged)).toEqual(['tree-differs-from-manifest'])
  })

  test('with a playlist that says something else', async () => {
    const forged = await copyOf(tree)
    const playlist = path.join(forged.folder, '90p', 'index.m3u8')
    await writeFile(playlist, (await readFile(playlist, 'utf8')).replace('EXTINF:1.', 'EXTINF:2.'))
    const { faults } = await check(forged.folder)
    expect(faults.map(({ code }) => code)).toEqual(['tree-differs-from-manifest'])
  })

  test('with a tail cut off', async () => {
    const forged = await copyOf(tree)
    for (const { segments } of forged.manifest.renditions) segments.pop()
    forged.manifest.audio?.segments.pop()
    expect(await codesOf(forged)).toEqual(['manifest-differs-from-offer'])
  })

  test('with a tail cut off and a grid to match', async () => {
    const forged = await copyOf(tree)
    const { grid } = forged.manifest
    for (const { segments } of forged.manifest.renditions) segments.pop()
    forged.manifest.audio?.segments.pop()
    Object.assign(grid, { frames: grid.frames - grid.segmentFrames })
    expect(await codesOf(forged)).toEqual(['manifest-differs-from-offer'])
  })

  test('with a segment that is too short', async () => {
    const forged = await copyOf(tree)
    const short = path.join(await makeFolder(), 'short.ts')
    const copy = ['-copyts', '-i', fileOf(forged, 0, 1), '-c', 'copy', '-frames:v', '6']
    await ffmpeg(tools, ...copy, '-muxdelay', '0', '-muxpreload', '0', short)
    await replace(forged, { rendition: 0, segment: 1 }, short)
    expect(await codesOf(forged)).toEqual(['segment-invalid'])
  })

  test('with one segment in two places', async () => {
    const forged = await copyOf(tree)
    await replace(forged, { rendition: 0, segment: 2 }, fileOf(forged, 0, 1))
    expect(await codesOf(forged)).toEqual(['segment-invalid'])
  })

  test('with a small rendition sold as the large one', async () => {
    const forged = await copyOf(tree)
    await replace(forged, { rendition: 0, segment: 2 }, fileOf(forged, 1, 2))
    expect(await codesOf(forged)).toEqual(['segment-invalid'])
  })

  test('with the work of another class under the own name', async () => {
    const forged = await copyOf(foreign)
    forged.manifest.class = tree.manifest.class
    expect(new Set(await codesOf(forged))).toEqual(new Set(['bytes-differ']))
  })

  test('made from another video', async () => {
    const source = path.join(await makeFolder(), 'other.mp4')
    await ffmpeg(tools, '-i', request.source, '-vf', 'hflip', '-preset', 'ultrafast', source)
    const { verdict, faults } = await check(tree.folder, { source })
    expect({ verdict, faults }).toEqual({
      verdict: 'fail',
      faults: [{ code: 'manifest-differs-from-offer' }],
    })
  })

  test('under an id that is not its own', async () => {
    const { faults } = await check(tree.folder, { root: cid('another tree') })
    expect(faults).toEqual([{ code: 'tree-differs-from-manifest' }])
  })

  test('with a manifest that is none', async () => {
    const forged = await copyOf(tree)
    await writeFile(path.join(forged.folder, 'manifest.json'), '{"v":1}')
    const { faults } = await check(forged.folder)
    expect(faults).toEqual([{ code: 'manifest-invalid' }])
  })
})

test('a folder without a tree is no fault of anybody', async () => {
  await expect(check(await makeFolder())).rejects.toThrow('There is no tree in')
})
