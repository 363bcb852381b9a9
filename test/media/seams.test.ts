import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type {
  EncodedSegment,
  EncodeRequest,
  EncodingEngine,
} from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { partCount, segmentStart } from '#protocol/grid.ts'
import type { Tree } from '#test/support/clip.ts'
import { encodeSegments, encodeTree, requestFor, smallLadder } from '#test/support/clip.ts'
import {
  complaintsAbout,
  ffmpeg,
  makeFolder,
  openTools,
  packetsOf,
  pictureHashes,
  untroubled,
} from '#test/support/ffmpeg.ts'
import { expectLikenessAt, expectSteadyPictures } from '#test/support/seam-check.ts'

/** Sources whose rates and groups are hard on a grid; each tree has several parts, and so several seams. */
const sources = [
  ['23.976 pictures a second in open groups', '24000/1001', ['-x264-params', 'open-gop=1']],
  ['12.5 pictures a second', '25/2', ['-g', '37']],
] as const

const seconds = 6

let tools: FfmpegTools
let engine: EncodingEngine
let peer: EncodingEngine

beforeAll(async () => {
  tools = await openTools()
  engine = await openEngine(2)
  peer = await openEngine(1)
})

async function openEngine(workers: number): Promise<EncodingEngine> {
  const directory = await makeFolder()
  return await createEncodingEngine({ tools }, { directory, signal: untroubled, workers })
}

async function aRequest(rate: string, options: readonly string[]): Promise<EncodeRequest> {
  const file = path.join(await makeFolder(), 'source.mp4')
  const picture = `testsrc2=size=320x180:rate=${rate}:duration=${seconds}`
  await ffmpeg(
    tools,
    ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', ...options, '-c:a', 'aac', file],
  )
  return await requestFor(engine, file)
}

describe.each(sources)('a source of %s', (_, rate, options) => {
  let request: EncodeRequest
  let tree: Tree

  beforeAll(async () => {
    request = await aRequest(rate, options)
    tree = await encodeTree(engine, request)
  })

  test('is read by FFmpeg’s own HLS demuxer without a word, frame by frame over every seam', async () => {
    expect(await complaintsAbout(tools, tree.master)).toBe('')
    for (const { name } of smallLadder)
      expectSteadyPictures(await packetsOf(tools, tree.playlistOf(name)), request.terms)
  })

  test('shows every picture of the source in its turn', async () => {
    const own = await pictureHashes(tools, tree.playlistOf('90p'))
    expect(own).toHaveLength(request.terms.grid.frames)
    expect(new Set(own).size).toBe(own.length)
  })

  test('looks like the source at its seams as it does elsewhere, and weighs as much', async () => {
    const { grid } = request.terms
    const seams = Array.from({ length: partCount(grid) - 1 }, (_, part) =>
      segmentStart(grid, (part + 1) * grid.partSegments),
    )
    for (const { name, segments } of tree.manifest.renditions) {
      await expectLikenessAt(seams, tools, request.source, tree.playlistOf(name))
      const sizes = segments.slice(0, -1).map(({ bytes }) => bytes)
      expect(Math.max(...sizes)).toBeLessThan(1.5 * Math.min(...sizes))
    }
  })

  test('gives the same tree when its encode was stopped and went on, or was split among peers', async () => {
    const all = await encodeSegments(engine, request)
    const isVideo = ({ rendition }: EncodedSegment): boolean => rendition !== 'audio'
    const early = all.filter((segment) => isVideo(segment) && segment.index < 2)
    const resumed = await encodeTree(engine, request, early)
    expect(resumed.manifest).toEqual(tree.manifest)
    const theirs = (await encodeSegments(peer, request)).filter(
      (segment) => isVideo(segment) && segment.index >= 2,
    )
    const split = await encodeTree(engine, request, theirs)
    expect(split.manifest).toEqual(tree.manifest)
  })
})
