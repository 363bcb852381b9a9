import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { hasFragmentInPlace } from '#node/encoding/fmp4/fragment-place.ts'
import { initName, segmentName } from '#node/encoding/playlist.ts'
import { framesInSegment, segmentStart } from '#protocol/grid.ts'
import { Manifest } from '#protocol/manifest.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import type { Tree } from '#test/support/clip.ts'
import { encodeTree, requestFor } from '#test/support/clip.ts'
import {
  complaintsAbout,
  ffmpeg,
  makeFolder,
  openTools,
  pictureHashes,
  untroubled,
} from '#test/support/ffmpeg.ts'

/** Two whole segments and one of a single picture, each a part of its own. */
const frames = 49

let tools: FfmpegTools
let engine: EncodingEngine
let clip: string

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal: untroubled })
  clip = path.join(folder, 'clip.mp4')
  const picture = `testsrc2=size=320x180:rate=24:duration=${frames / 24},noise=alls=8:allf=t`
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=duration=2']
  await ffmpeg(tools, ...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '12', clip)
})

/** What the tags of a tree's largest rendition are by FFmpeg's own account. */
async function streamIn({ playlistOf }: Tree): Promise<Readonly<Record<string, unknown>>> {
  const fields =
    'codec_name,codec_tag_string,profile,level,width,height,pix_fmt,color_range,color_space'
  const args = [
    '-v',
    'error',
    '-show_entries',
    `stream=${fields}`,
    '-of',
    'json',
    playlistOf('90p'),
  ]
  const { stdout } = await promisify(execFile)(tools.binaries.ffprobe, args)
  return JSON.parse(stdout).streams[0]
}

const expected = {
  'h265-fmp4-3': { codecs: 'hvc1.1.6.L60.90', tag: 'hvc1', profile: 'Main', level: 60 },
  'vp9-fmp4-3': { codecs: 'vp09.00.10.08', tag: 'vp09', profile: 'Profile 0', level: -99 },
  'av1-fmp4-3': { codecs: 'av01.0.00M.08', tag: 'av01', profile: 'Main', level: 0 },
} as const satisfies Partial<Record<Recipe, unknown>>

describe.each(['h265-fmp4-3', 'vp9-fmp4-3', 'av1-fmp4-3'] as const)('%s', (recipe) => {
  let request: EncodeRequest
  let tree: Tree

  beforeAll(async () => {
    await engine.prove(recipe, { signal: untroubled })
    request = await requestFor(engine, clip, { recipe, partSegments: 1 })
    tree = await encodeTree(engine, request)
  })

  test('a tree is whole for FFmpeg: every picture, and not a word against it', async () => {
    expect(await complaintsAbout(tools, tree.master)).toBe('')
    expect(await pictureHashes(tools, tree.playlistOf('90p'))).toHaveLength(frames)
    expect(Manifest.parse(tree.manifest)).toEqual(tree.manifest)
  })

  test('the master names the stream as its own headers do, and FFmpeg reads the same in them', async () => {
    const { codecs, tag, profile, level } = expected[recipe]
    expect(await readFile(tree.master, 'utf8')).toContain(`CODECS="${codecs},mp4a.40.2"`)
    expect(await streamIn(tree)).toEqual({
      ...{ codec_name: recipes[recipe].decodedAs, codec_tag_string: tag, profile, level },
      ...{ width: 160, height: 90, pix_fmt: 'yuv420p', color_range: 'tv', color_space: 'bt709' },
    })
  })

  test('playlists name one initialization segment and what only players of version 7 know', async () => {
    for (const name of ['90p', '72p', 'audio']) {
      const text = await readFile(tree.playlistOf(name), 'utf8')
      expect(text).toContain('#EXT-X-VERSION:7\n')
      expect(text.match(/#EXT-X-MAP:URI="init.mp4"/g)).toHaveLength(1)
      expect(text).toContain('\nsegment_002.m4s\n')
    }
  })

  test('a part encoded again, by itself and in one rendition, gives the same bytes', async () => {
    const directory = await makeFolder()
    const cell = { part: 1, renditions: request.terms.ladder.slice(1) }
    const [again] = await engine.encodeCell(request, cell, { directory, signal: untroubled })
    const record = tree.manifest.renditions[1]
    expect(await fileCid(again?.path ?? '')).toBe(record?.segments[1]?.cid)
    expect(await fileCid(again?.init ?? '')).toBe(record?.init?.cid)
  })

  test('every picture of every segment is in its place, a key frame first', async () => {
    const { grid } = request.terms
    for (const index of [0, 1, 2]) {
      const file = path.join(tree.folder, '90p', segmentName(index, 'fmp4'))
      const place = { first: segmentStart(grid, index), frames: framesInSegment(grid, index) }
      const bytes = await readFile(file)
      expect(hasFragmentInPlace(bytes, { ...place, rate: grid.rate }, index)).toBe(true)
      const alone = path.join(await makeFolder(), 'alone.mp4')
      await ffmpeg(
        tools,
        '-i',
        `concat:${path.join(tree.folder, '90p', initName)}|${file}`,
        '-c',
        'copy',
        alone,
      )
      expect(await pictureHashes(tools, alone)).toHaveLength(place.frames)
    }
  })
})
