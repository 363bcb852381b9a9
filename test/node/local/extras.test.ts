import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { treeFiles } from '#node/encoding/tree-files.ts'
import type { EncodeFileDeps } from '#node/local/encode-file.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import type { LocalReport } from '#node/local/local-report.ts'
import { Manifest } from '#protocol/manifest.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { complaintsAbout, ffmpeg, makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import { contentOf, openLocal } from '#test/support/local-encode.ts'

let local: Awaited<ReturnType<typeof openLocal>>
let clip: string
let report: LocalReport
let manifest: Manifest

const text = `1
00:00:01,000 --> 00:00:03,000
Hello

2
00:00:08,500 --> 00:00:40,000
Bye
`

/** Five seconds of black, then a test card, with text in two languages: a file that begins at half a second, as recordings do. */
beforeAll(async () => {
  local = await openLocal()
  const folder = await makeFolder()
  clip = path.join(folder, 'clip.mkv')
  await writeFile(path.join(folder, 'text.srt'), text)
  const picture = (source: string) => ['-f', 'lavfi', '-i', source]
  await ffmpeg(
    local.tools,
    ...picture('color=black:size=192x108:rate=12:duration=5'),
    ...picture('testsrc2=size=192x108:rate=12:duration=7'),
    ...['-i', path.join(folder, 'text.srt'), '-filter_complex', '[0][1]concat=n=2:v=1[v]'],
    ...['-map', '[v]', '-map', '2:s', '-map', '2:s', '-c:s', 'subrip', '-output_ts_offset', '0.5'],
    ...['-metadata:s:s:0', 'language=eng', '-metadata:s:s:1', 'language=fre'],
    ...['-disposition:s:1', 'default+forced', clip],
  )
  report = await encode()
  manifest = Manifest.parse(JSON.parse(await read('manifest.json')))
})

async function encode(
  { out, hasExtras = true }: { out?: string; hasExtras?: boolean } = {},
  deps: EncodeFileDeps = local,
): Promise<LocalReport> {
  return await createEncodeFile(deps)({
    file: clip,
    out: out ?? path.join(await makeFolder(), 'out'),
    qualities: [],
    recipe: contractRecipe,
    hasExtras,
    signal: untroubled,
    onProgress: () => undefined,
  })
}

const read = (name: string) => readFile(path.join(report.folder, name), 'utf8')

/** Mean of each 160x90 tile of a sheet, or of the poster: 0 is black. */
async function brightness(name: string, filter: string): Promise<readonly number[]> {
  const args = ['-v', 'error', '-i', path.join(report.folder, name), '-vf', `${filter},format=gray`]
  const { stdout } = await promisify(execFile)(
    local.tools.binaries.ffmpeg,
    [...args, '-f', 'rawvideo', '-'],
    { encoding: 'buffer' },
  )
  return [...stdout]
}

test('the poster is a picture of the video at its size, and not its black beginning', async () => {
  expect(manifest.poster).toMatchObject({ width: 192, height: 108 })
  const [mean = 0] = await brightness('poster.jpg', 'scale=1:1:flags=area')
  expect(mean).toBeGreaterThan(40)
})

test('the storyboard shows the first picture of each segment in its place', async () => {
  expect(manifest.storyboard).toMatchObject({
    tiles: 3,
    columns: 5,
    rows: 5,
    width: 160,
    height: 90,
  })
  const tiles = await brightness('storyboard/sheet_000.jpg', 'crop=800:90:0:0,scale=5:1:flags=area')
  const [first = 0, second = 0, third = 0] = tiles
  expect([first, second].every((mean) => mean < 5)).toBe(true)
  expect(third).toBeGreaterThan(40)
  expect(await read('storyboard/storyboard.vtt')).toContain(
    '00:00:08.000 --> 00:00:12.000\nsheet_000.jpg#xywh=320,0,160,90',
  )
})

test('subtitles are renditions of the master, with language, default and forced kept', async () => {
  expect(report.subtitles).toEqual(['English', 'French'])
  const master = await read('master.m3u8')
  expect(master).toContain(
    'NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="subtitles-0/index.m3u8"',
  )
  expect(master).toContain('NAME="French",LANGUAGE="fr",DEFAULT=YES,AUTOSELECT=YES,FORCED=YES')
  expect(master).toContain('SUBTITLES="subtitles"')
  // FFmpeg's own reader of playlists does not take subtitles, and says so for each; nothing else is wrong for it.
  const complaints = (await complaintsAbout(local.tools, report.master)).trim().split('\n')
  expect(complaints.filter((line) => !line.includes("Can't support the subtitle"))).toEqual([])
})

test('text is timed by the first picture and ends with the last', async () => {
  const cues = (await read('subtitles-0/subtitles.vtt')).match(/^.* --> .*$/gm)
  expect(cues).toEqual(['00:00:01.000 --> 00:00:03.000', '00:00:08.500 --> 00:00:12.000'])
})

test('equal sources give equal extras', async () => {
  const again = await encode()
  expect(again.root).toBe(report.root)
  expect(await contentOf(again.folder)).toEqual(await contentOf(report.folder))
})

test('extras that are there are not made again, and one that was changed is', async () => {
  let runs = 0
  const tools = {
    ...local.tools,
    ffmpeg: {
      run: (run: Parameters<typeof local.tools.ffmpeg.run>[0]) => {
        runs += 1
        return local.tools.ffmpeg.run(run)
      },
    },
  }
  expect((await encode({ out: report.folder }, { ...local, tools })).root).toBe(report.root)
  expect(runs).toBe(0)
  await writeFile(path.join(report.folder, 'poster.jpg'), 'painted over')
  expect((await encode({ out: report.folder }, { ...local, tools })).root).toBe(report.root)
  expect(runs).toBe(3)
})

test('a tree without extras has no word of them', async () => {
  const { folder } = await encode({ hasExtras: false })
  const plain = Manifest.parse(
    JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')),
  )
  const { poster: _, storyboard: __, subtitles: ___, ...bare } = manifest
  expect(plain).toEqual(bare)
  expect([...(await contentOf(folder)).keys()]).toEqual(
    treeFiles(bare)
      .map((file) => file.path)
      .toSorted(),
  )
})
