import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { judgeFields, parseFieldCount } from '#node/encoding/field-check.ts'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import { ffmpeg, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

const seen = (top: number, bottom: number, progressive: number) => ({ top, bottom, progressive })

test.each([
  ['progressive', seen(30, 0, 1), 'top'],
  ['progressive', seen(0, 30, 1), 'bottom'],
  ['flagged', seen(2, 28, 0), 'bottom'],
  ['progressive', seen(0, 0, 32), 'progressive'],
  ['flagged', seen(0, 0, 32), 'progressive'],
  ['flagged', seen(14, 0, 16), 'flagged'],
  ['progressive', seen(14, 0, 16), 'progressive'],
  ['progressive', seen(15, 13, 0), 'progressive'],
  ['flagged', seen(4, 0, 0), 'flagged'],
  ['progressive', seen(11, 0, 0), 'progressive'],
] as const)(
  'where a header says %s and %j are seen, the fields are %s',
  (header, count, expected) => {
    expect(judgeFields(header, count)).toBe(expected)
  },
)

test('the detector’s last word is read from the log, among others', () => {
  const log = [
    '[Parsed_idet_0 @ 0x1] Single frame detection: TFF:    18 BFF:     0 Progressive:     1 Undetermined:    13',
    '[Parsed_idet_0 @ 0x1] Multi frame detection: TFF:    31 BFF:     1 Progressive:     0 Undetermined:     0',
  ]
  expect(parseFieldCount(log)).toEqual(seen(31, 1, 0))
  expect(parseFieldCount([])).toEqual(seen(0, 0, 0))
})

let tools: FfmpegTools
let folder: string

beforeAll(async () => {
  tools = await openTools()
  folder = await makeFolder()
})

/** Pictures that move by a few pixels from field to field. */
const moving = (size: string, rate: number) =>
  `testsrc2=s=${size}:r=${rate}:d=1.2,crop=iw-64:ih:x='mod(n*6\\,64)'`

/** How the fields of a clip are judged, made with these filters and options. */
async function fieldsOf(name: string, graph: string, ...args: readonly string[]): Promise<string> {
  const file = path.join(folder, name)
  await ffmpeg(tools, '-f', 'lavfi', '-i', graph, ...args, file)
  const { video } = await createLayoutReader(tools)({ source: file }, untroubled)
  return video.fields
}

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'] as const
const interlaced = [...x264, '-flags', '+ildct+ilme'] as const

test('pictures made of fields are found, with a header that tells of them and without', async () => {
  const weave = (order: string) => `${moving('416x480', 50)},interlace=scan=${order}:lowpass=off`
  const told = [...interlaced, '-x264-params', 'tff=1']
  expect(await fieldsOf('told.mkv', weave('tff'), ...told)).toBe('top')
  expect(await fieldsOf('untold.mkv', weave('tff'), ...x264)).toBe('top')
  expect(await fieldsOf('lower.mkv', weave('bff'), ...x264)).toBe('bottom')
  const lie = ['-x264-params', 'tff=1']
  expect(await fieldsOf('lie.mkv', weave('bff'), ...interlaced, ...lie)).toBe('bottom')
})

test('whole pictures are left whole, whatever their header says', async () => {
  expect(await fieldsOf('plain.mkv', moving('416x480', 25), ...x264)).toBe('progressive')
  const told = [...interlaced, '-x264-params', 'tff=1']
  expect(await fieldsOf('whole.mkv', moving('416x480', 25), ...told)).toBe('progressive')
})

test('noise and fast pictures are not taken for fields', async () => {
  const noise = 'color=gray:s=416x480:r=25:d=1.2,noise=alls=80:allf=t'
  expect(await fieldsOf('noise.mkv', noise, ...x264)).toBe('progressive')
  const woven = `${moving('416x480', 100)},interlace=scan=tff:lowpass=off`
  expect(await fieldsOf('fast.mkv', woven, ...x264)).toBe('progressive')
})
