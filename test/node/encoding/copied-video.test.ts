import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { requireCopyable } from '#node/encoding/copied-segments.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { masterName } from '#node/encoding/playlist.ts'
import type { Tree } from '#test/support/clip.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import {
  complaintsAbout,
  ffmpeg,
  makeFolder,
  openTools,
  packetsOf,
  pictureHashes,
  untroubled,
} from '#test/support/ffmpeg.ts'
import { expectLikenessAt } from '#test/support/seam-check.ts'

/** Key frames of the source, and the segments made of them: unlike each other on purpose. */
const keyFrames = [0, 60, 90, 170, 200, 260]
const lengths = [60, 110, 90, 40]
const frames = 300

let tools: FfmpegTools
let engine: EncodingEngine
let folder: string

beforeAll(async () => {
  tools = await openTools()
  folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal: untroubled })
})

async function makeSource(name: string, ...options: readonly string[]): Promise<string> {
  const file = path.join(folder, name)
  const picture = `testsrc2=size=320x180:rate=25:duration=${frames / 25}`
  await ffmpeg(
    tools,
    ...[
      ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${frames / 25}`],
      ...[
        '-c:v',
        'libx264',
        '-preset',
        'veryfast',
        '-crf',
        '23',
        '-sc_threshold',
        '0',
        '-g',
        '600',
      ],
      ...['-force_key_frames', `expr:${keyFrames.map((frame) => `eq(n,${frame})`).join('+')}`],
      ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', ...options, file],
    ],
  )
  return file
}

async function copyRequest(file: string): Promise<EncodeRequest> {
  const large = aRendition({ name: '180p', width: 320, height: 180, kbps: 2_000, profile: 'high' })
  const request = await requestFor(engine, file, {
    ladder: [large, aRendition()],
    segmentFrames: 110,
  })
  const { terms } = request
  return { ...request, terms: { ...terms, copied: '180p', grid: { ...terms.grid, lengths } } }
}

describe('a rendition that is the source’s own video', () => {
  let source: string
  let tree: Tree

  beforeAll(async () => {
    source = await makeSource('source.mp4', '-bf', '2')
    tree = await encodeTree(engine, await copyRequest(source))
  })

  test('holds the very pictures of the source', async () => {
    const own = await pictureHashes(tools, source)
    expect(own).toHaveLength(frames)
    expect(await pictureHashes(tools, tree.playlistOf('180p'))).toEqual(own)
  })

  test('begins its segments where the encoded rendition begins its own', async () => {
    const starts = async (name: string) => {
      const packets = (await packetsOf(tools, tree.playlistOf(name))).toSorted(
        (a, b) => a.pts - b.pts,
      )
      return packets.map(({ pts, isKey }) => ({ pts, isKey }))
    }
    const copied = await starts('180p')
    const encoded = await starts('90p')
    expect(encoded.filter(({ isKey }) => isKey)).toHaveLength(lengths.length)
    for (const [index, { pts }] of encoded.entries())
      expect(Math.abs(pts - (copied[index]?.pts ?? 0))).toBeLessThanOrEqual(1)
    for (const [index, { isKey }] of encoded.entries())
      if (isKey) expect(copied[index]?.isKey).toBe(true)
  })

  test('has one beside it that shows every picture once, its seams as like the source as all else', async () => {
    const playlist = tree.playlistOf('90p')
    const own = await pictureHashes(tools, playlist)
    expect(own).toHaveLength(frames)
    expect(new Set(own).size).toBe(frames)
    await expectLikenessAt([60, 170, 260], tools, source, playlist)
  })

  test('is announced as what it is, beside one that FFmpeg reads without a word', async () => {
    expect(await complaintsAbout(tools, tree.master)).toBe('')
    const master = await readFile(path.join(tree.folder, masterName), 'utf8')
    expect(master).toMatch(/RESOLUTION=320x180,CODECS="avc1\.64/)
    expect(tree.manifest.copied).toBe('180p')
    expect(
      tree.manifest.renditions.map(({ segments }) => segments.map(({ units }) => units)),
    ).toEqual([lengths, lengths])
  })

  test('is the same to the byte whenever it is copied', async () => {
    const again = await encodeTree(engine, await copyRequest(source))
    expect(again.manifest).toEqual(tree.manifest)
  })
})

test('what a camera writes between the pictures is not copied: places, devices, settings', async () => {
  const secret = 'GPS=48.8577N2.2950E'
  const plain = await makeSource('plain.mp4', '-bf', '2')
  const source = path.join(folder, 'told.mp4')
  const told = `h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+${secret}`
  await ffmpeg(tools, '-i', plain, '-c', 'copy', '-bsf:v', told, source)
  expect(await readFile(source, 'latin1')).toContain(secret)
  const tree = await encodeTree(engine, await copyRequest(source))
  const files = (await readdir(path.join(tree.folder, '180p'))).filter((file) =>
    file.endsWith('.ts'),
  )
  expect(files).toHaveLength(lengths.length)
  for (const file of files)
    expect(await readFile(path.join(tree.folder, '180p', file), 'latin1')).not.toMatch(
      /GPS|x264 - core/,
    )
  expect(await pictureHashes(tools, tree.playlistOf('180p'))).toEqual(
    await pictureHashes(tools, plain),
  )
  expect(await complaintsAbout(tools, tree.master)).toBe('')
})

describe('a video is not copied', () => {
  test.each([
    ['whose groups reach over their key frames', ['-bf', '2', '-x264-params', 'open-gop=1']],
    ['whose key frames stand elsewhere', ['-force_key_frames', 'expr:eq(n,0)+eq(n,130)']],
    [
      'that skips a picture',
      ['-vf', "select='not(eq(n,100))'", '-vsync', 'vfr', '-frames:v', '299'],
    ],
  ])('%s', async (_, options) => {
    const file = await makeSource(`refused-${options.length}-${options[0]}.mp4`, ...options)
    const request = await copyRequest(file)
    const directory = await makeFolder()
    const copying = engine.copyVideo(
      { ...request, terms: { ...request.terms, grid: { ...request.terms.grid, frames } } },
      { directory, signal: untroubled },
    )
    await expect(copying).rejects.toThrow(expect.objectContaining({ name: 'MarketError' }))
  })
})

test('a segment that does not say what its stream is makes the video no rendition, and is no failure', async () => {
  const request = await copyRequest(await makeSource('silent.mp4', '-bf', '2'))
  const directory = await makeFolder()
  const segments = await engine.copyVideo(request, { directory, signal: untroubled })
  const [, second] = segments
  const bytes = await readFile(second!.path)
  const description = Buffer.from([0, 0, 1, 0x67])
  const found = bytes.indexOf(description)
  expect(found).toBeGreaterThan(0)
  for (let at = found; at !== -1; at = bytes.indexOf(description)) bytes[at + 3] = 0x6c
  await writeFile(second!.path, bytes)
  await expect(requireCopyable(segments, request.terms.grid)).rejects.toMatchObject({
    code: 'input-not-copyable',
    meta: { segment: 1 },
  })
})

describe('what a creator’s node finds out about its own video', () => {
  test('a recording with regular groups proves to be copyable, segment by segment', async () => {
    const file = await makeSource('proof.mp4', '-bf', '2')
    const { own } = await engine.analyse(file, { signal: untroubled })
    expect(own).toMatchObject({
      codec: 'h264',
      profile: 'High',
      width: 320,
      height: 180,
      keyFrames,
    })
    const segments = await engine.tryCopy(await copyRequest(file), { signal: untroubled })
    expect(segments?.map(({ units }) => units)).toEqual(lengths)
  })

  test('a video that cannot be cut where its grid says is no rendition, and leaves nothing behind', async () => {
    const file = await makeSource('open.mp4', '-bf', '2', '-x264-params', 'open-gop=1')
    const before = await readdir(folder)
    expect(await engine.tryCopy(await copyRequest(file), { signal: untroubled })).toBeNull()
    expect(await readdir(folder)).toEqual(before)
  })
})
