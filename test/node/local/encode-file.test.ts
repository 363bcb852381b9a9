import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import type { Stretch } from '#node/encoding/peak-rate.ts'
import { peakRate } from '#node/encoding/peak-rate.ts'
import { treeFiles } from '#node/encoding/tree-files.ts'
import type { EncodeFileDeps, EncodeFileOptions } from '#node/local/encode-file.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import type { LocalProgress, LocalReport } from '#node/local/local-report.ts'
import { Manifest } from '#protocol/manifest.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { complaintsAbout, makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import { contentOf, openLocal } from '#test/support/local-encode.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

let local: Awaited<ReturnType<typeof openLocal>>
let clip: string
let first: LocalReport
const progress: LocalProgress[] = []

beforeAll(async () => {
  local = await openLocal()
  clip = path.join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(clip)
  first = await encode({ onProgress: (report) => progress.push(report) })
})

async function encode(
  options: Partial<EncodeFileOptions> = {},
  deps: EncodeFileDeps = local,
): Promise<LocalReport> {
  const out = options.out ?? path.join(await makeFolder(), 'out')
  return await createEncodeFile(deps)({
    file: clip,
    qualities: [],
    recipe: contractRecipe,
    hasExtras: true,
    signal: untroubled,
    onProgress: () => undefined,
    ...options,
    out,
  })
}

/** An engine that counts what it is asked to encode. */
function counting(overrides: Partial<EncodingEngine> = {}) {
  const asked: string[] = []
  const engine: EncodingEngine = {
    ...local.engine,
    encodeCell: (request, cell, options) => {
      asked.push(...cell.renditions.map(({ name }) => `${cell.part} ${name}`))
      return local.engine.encodeCell(request, cell, options)
    },
    encodeAudio: (request, options) => {
      asked.push('audio')
      return local.engine.encodeAudio(request, options)
    },
    ...overrides,
  }
  return { asked, deps: { ...local, engine } }
}

async function manifestIn(folder: string): Promise<Manifest> {
  return Manifest.parse(JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')))
}

test('the folder holds exactly the tree of its manifest, each file with its content id', async () => {
  const files = treeFiles(await manifestIn(first.folder))
  const content = await contentOf(first.folder)
  expect([...content.keys()]).toEqual(files.map((file) => file.path).toSorted())
  for (const file of files)
    if ('text' in file) expect(content.get(file.path)).toBe(file.text)
    else expect(await fileCid(path.join(first.folder, file.path))).toBe(file.cid)
  expect(await complaintsAbout(local.tools, first.master)).toBe('')
})

/** Bits a second of the heaviest run of a track's segments, by its file sizes and the durations in its playlist. */
async function peakOf(track: string): Promise<number> {
  const playlist = await readFile(path.join(first.folder, track, 'index.m3u8'), 'utf8')
  const target = Number(/TARGETDURATION:(\d+)/.exec(playlist)?.[1])
  const stretches: Stretch[] = []
  for (const [, seconds, name] of playlist.matchAll(/#EXTINF:([\d.]+),\n(.*)/g)) {
    const { size } = await stat(path.join(first.folder, track, name!))
    stretches.push({ bits: 8 * size, seconds: Number(seconds) })
  }
  return peakRate(stretches, target)
}

test('what the master promises is what the finished segments are', async () => {
  const master = await readFile(first.master, 'utf8')
  const entry = master.split('\n').find((line) => line.startsWith('#EXT-X-STREAM-INF'))!
  const attribute = (name: string) => new RegExp(`[:,]${name}="?([^",]*)`).exec(entry)?.[1]
  const lines: string[] = []
  await local.tools.ffprobe.run({
    args: [
      ...[
        '-show_entries',
        'stream=width,height,profile,level,r_frame_rate,pix_fmt',
        '-of',
        'csv=p=0',
      ],
      path.join(first.folder, '64p', 'segment_001.ts'),
    ],
    signal: untroubled,
    onLine: (line) => lines.push(line),
  })
  expect(lines[0]).toBe('Main,96,64,yuv420p,31,12/1')
  expect(attribute('RESOLUTION')).toBe('96x64')
  expect(attribute('CODECS')).toBe('avc1.4D401F')
  expect(attribute('FRAME-RATE')).toBe('12.000')
  expect(attribute('VIDEO-RANGE')).toBe('SDR')
  const peak = (await peakOf('64p')) + (await peakOf('audio'))
  expect(Number(attribute('BANDWIDTH')) / peak).toBeCloseTo(1, 4)
  expect(Number(attribute('AVERAGE-BANDWIDTH'))).toBeLessThanOrEqual(Number(attribute('BANDWIDTH')))
})

test('progress goes through its stages, and its percent never falls', () => {
  expect([...new Set(progress.map(({ stage }) => stage))]).toEqual([
    'analysing',
    'encoding',
    'finishing',
  ])
  const percents = progress.map(({ percent }) => percent)
  expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  expect(percents.at(-1)).toBe(100)
})

test('while the source is looked at, it is told how much of it has been', () => {
  const looked = progress.flatMap(({ stage, sourcePercent }) =>
    sourcePercent === undefined ? [] : [{ stage, sourcePercent }],
  )
  expect(new Set(looked.map(({ stage }) => stage))).toEqual(new Set(['analysing']))
  const percents = looked.map(({ sourcePercent }) => sourcePercent)
  expect(percents).toEqual([...new Set(percents)].toSorted((a, b) => a - b))
  expect(percents[0]).toBeLessThan(50)
  expect(percents.at(-1)).toBe(100)
})

test('a finished encode is served again without encoding anything, in any folder', async () => {
  const { asked, deps } = counting()
  const again = await encode({ out: first.folder }, deps)
  const elsewhere = await encode({}, deps)
  expect(asked).toEqual([])
  expect(again.pieces).toEqual({ reused: 3, total: 3 })
  expect(elsewhere.root).toBe(first.root)
  expect(await contentOf(elsewhere.folder)).toEqual(await contentOf(first.folder))
})

test('a segment that was changed or lost is the only one encoded again', async () => {
  const { asked, deps } = counting()
  const { folder } = await encode()
  await writeFile(path.join(folder, '64p', 'segment_004.ts'), 'changed')
  const before = await stat(path.join(folder, '64p', 'segment_000.ts'))
  local.cache.evict(0)
  const report = await encode({ out: folder }, deps)
  expect(asked.toSorted()).toEqual(['0 64p', '1 64p', 'audio'])
  expect(report.root).toBe(first.root)

  await writeFile(path.join(folder, '64p', 'segment_004.ts'), 'changed')
  asked.splice(0)
  const untouched = await stat(path.join(folder, '64p', 'segment_000.ts'))
  expect((await encode({ out: folder }, deps)).root).toBe(first.root)
  expect(asked).toEqual(['1 64p'])
  expect((await stat(path.join(folder, '64p', 'segment_000.ts'))).ino).toBe(untouched.ino)
  expect(before.ino).not.toBe(untouched.ino)
})

test('while parts finish, the folder can be watched from the beginning on', async () => {
  const out = path.join(await makeFolder(), 'out')
  const seen: string[] = []
  const { deps } = counting({
    encodeCell: async (request, cell, options) => {
      if (cell.part === 1) seen.push(...(await watch(out)))
      return await local.engine.encodeCell(request, cell, options)
    },
  })
  local.cache.evict(0)
  await encode({ out }, { ...deps, engine: { ...deps.engine, workers: 1 } })
  const [video = '', master = ''] = seen
  expect(video).toContain('#EXT-X-PLAYLIST-TYPE:EVENT\n')
  expect(video.match(/segment_\d+\.ts/g)).toEqual(
    [0, 1, 2, 3].map((index) => `segment_00${index}.ts`),
  )
  expect(master).toContain('64p/index.m3u8')
  const whole = await readFile(path.join(out, '64p', 'index.m3u8'), 'utf8')
  expect(whole).toContain('#EXT-X-PLAYLIST-TYPE:VOD\n')
  expect(whole).toContain('#EXT-X-ENDLIST\n')
})

/** What a player finds when the first part is there; the sound, which is encoded beside it, may take a moment longer. */
async function watch(out: string): Promise<readonly string[]> {
  const read = (name: string) => readFile(path.join(out, name), 'utf8')
  return await expect
    .poll(
      async () => {
        const playlist = await read('64p/index.m3u8')
        return [playlist, await read('master.m3u8').catch(() => null)]
      },
      { timeout: 20_000 },
    )
    .not.toContain(null)
    .then(async () => [await read('64p/index.m3u8'), await read('master.m3u8')])
}

test('a folder of other things is never touched', async () => {
  const out = await makeFolder()
  await writeFile(path.join(out, 'diary.txt'), 'dear diary')
  await expect(encode({ out })).rejects.toMatchObject({ code: 'option-invalid' })
  expect([...(await contentOf(out)).keys()]).toEqual(['diary.txt'])
  const file = path.join(await makeFolder(), 'file')
  await writeFile(file, '')
  await expect(encode({ out: file })).rejects.toMatchObject({ code: 'option-invalid' })
})

test("another video's tree is never touched", async () => {
  const other = path.join(await makeFolder(), 'other.mp4')
  await makeTinyClip(other, 128)
  await expect(encode({ file: other, out: first.folder })).rejects.toMatchObject({
    code: 'option-invalid',
  })
})

test('a quality that the video does not have is refused by name', async () => {
  await expect(encode({ qualities: ['720p'] })).rejects.toThrow('only in 64p')
})

test('work is private until it is finished', async () => {
  const out = path.join(await makeFolder(), 'out')
  const modes: number[] = []
  const { deps } = counting({
    encodeCell: async (request, cell, options) => {
      for (const folder of [options.directory, path.join(out, '.spk-encoder')])
        modes.push((await stat(folder)).mode & 0o777)
      return await local.engine.encodeCell(request, cell, options)
    },
  })
  local.cache.evict(0)
  await encode({ out }, deps)
  expect(new Set(modes)).toEqual(new Set([0o700]))
})

test('a tree that was left in two tracks more is put in order', async () => {
  const { folder } = await encode()
  await mkdir(path.join(folder, '720p'))
  await writeFile(path.join(folder, '720p', 'segment_000.ts'), 'of an earlier ladder')
  await encode({ out: folder })
  expect([...(await contentOf(folder)).keys()]).toEqual([...(await contentOf(first.folder)).keys()])
})
