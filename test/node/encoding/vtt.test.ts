import fc from 'fast-check'
import { expect, test } from 'vitest'
import { storyboardVtt, tiledSegments } from '#node/encoding/storyboard.ts'
import { describeSubtitles } from '#node/encoding/subtitle-probe.ts'
import { cleanVtt, vttTime } from '#node/encoding/vtt.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { cid } from '#test/support/builders.ts'

const grid: FrameGrid = {
  rate: { numerator: 24, denominator: 1 },
  frames: 24 * 4 * 7 - 12,
  segmentFrames: 96,
  partSegments: 4,
  leadSeconds: 3,
}

test('a time is written in hours, minutes, seconds and thousandths', () => {
  expect(vttTime(0)).toBe('00:00:00.000')
  expect(vttTime(3725.5)).toBe('01:02:05.500')
  expect(vttTime(59.9996)).toBe('00:01:00.000')
})

const foreign = [
  'WEBVTT - a title',
  'NOTE nobody reads this',
  'STYLE\n::cue { background: url(http://tracker.example/) }',
  'id\n00:05.000 --> 00:06.000 line:0%\nsecond',
  '00:00:01.000 --> 00:00:02.500\nfirst\nof two lines',
  '00:09.000 --> 00:20.000\nlonger than the video',
  '00:11.000 --> 00:12.000\nafter it',
  '00:03.000 --> 00:03.000\nof no length',
  '00:04.000 --> 00:05.000\n',
].join('\r\n\r\n')

test('foreign text keeps its words and times, and nothing else', () => {
  expect(cleanVtt(foreign, 10)).toBe(
    [
      'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n',
      '00:00:01.000 --> 00:00:02.500\nfirst\nof two lines\n',
      '00:00:05.000 --> 00:00:06.000\nsecond\n',
      '00:00:09.000 --> 00:00:10.000\nlonger than the video\n',
    ].join('\n'),
  )
})

test('a track without a word is no track', () => {
  expect(cleanVtt('WEBVTT\n\nNOTE empty', 10)).toBeNull()
})

test('whatever the text, no cue lies outside the video', () => {
  const line = fc.constantFrom(
    '00:01.000 --> 00:02.000',
    '99:00.000 --> 99:01.000',
    '-->',
    'words',
    '',
  )
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 40 }),
      fc.integer({ min: 1, max: 100 }),
      (lines, seconds) => {
        const cues = (cleanVtt(lines.join('\n'), seconds) ?? '').match(/^.* --> .*$/gm) ?? []
        for (const cue of cues)
          expect(cue).toBe(`00:00:01.000 --> ${vttTime(Math.min(2, seconds))}`)
      },
    ),
  )
})

test('clean text is clean already', () => {
  const time = fc.integer({ min: 0, max: 20_000 }).map((value) => vttTime(value / 1000))
  const cue = fc
    .tuple(time, time, fc.string())
    .map(([from, to, words]) => `${from} --> ${to}\n${words}`)
  fc.assert(
    fc.property(fc.array(cue), fc.double({ min: 0.001, max: 20, noNaN: true }), (cues, seconds) => {
      const text = cleanVtt(cues.join('\n\n'), seconds)
      expect(text === null ? null : cleanVtt(text, seconds)).toBe(text)
    }),
  )
})

const said = (
  codec_name: string,
  tags: { language?: string; title?: string },
  flags = { default: 0, forced: 0 },
) => ({
  index: 2,
  codec_name,
  tags: { language: undefined, title: undefined, ...tags },
  disposition: flags,
})

test('text tracks are named apart, with canonical languages and one default', () => {
  const { streams, ignored } = describeSubtitles([
    said('subrip', { language: 'ger' }, { default: 1, forced: 0 }),
    said('ass', { language: 'ger' }, { default: 1, forced: 1 }),
    said('hdmv_pgs_subtitle', { language: 'eng' }),
    said('mov_text', { language: 'und', title: 'Say "hi"\n\u0007' }),
    said('webvtt', { language: 'not a language' }),
  ])
  expect(ignored).toBe(1)
  expect(streams.map(({ index: _, ...rest }) => rest)).toEqual([
    { language: 'de', name: 'German', isDefault: true, isForced: false },
    { language: 'de', name: 'German 2', isDefault: false, isForced: true },
    { name: 'Say hi', isDefault: false, isForced: false },
    { name: 'Subtitles 4', isDefault: false, isForced: false },
  ])
})

test('each moment of the video leads to its region of a sheet', () => {
  const sheets = [cid('a'), cid('b')].map((id) => ({ cid: id, bytes: 1 }))
  const board = { everySegments: 1, tiles: 7, columns: 3, rows: 2, width: 160, height: 90, sheets }
  const cues = storyboardVtt(board, grid).split('\n\n').slice(1)
  expect(cues).toHaveLength(7)
  expect(cues[4]).toBe('00:00:16.000 --> 00:00:20.000\nsheet_000.jpg#xywh=160,90,160,90')
  expect(cues[6]).toBe('00:00:24.000 --> 00:00:27.500\nsheet_001.jpg#xywh=0,0,160,90\n')
})

test('tiles keep to segments of unequal lengths', () => {
  const uneven = { ...grid, frames: 240, segmentFrames: 120, lengths: [48, 120, 72] }
  const sheets = [{ cid: cid('a'), bytes: 1 }]
  const board = { everySegments: 1, tiles: 3, columns: 5, rows: 5, width: 160, height: 90, sheets }
  const times = storyboardVtt(board, uneven).match(/^.* --> .*$/gm)
  expect(times).toEqual([
    '00:00:00.000 --> 00:00:02.000',
    '00:00:02.000 --> 00:00:07.000',
    '00:00:07.000 --> 00:00:10.000',
  ])
})

test('a very long video has no more tiles than a short one has room for', () => {
  const long = { ...grid, frames: 24 * 4 * 1000 }
  expect(tiledSegments(long).everySegments).toBe(5)
  expect(tiledSegments(long).indexes).toHaveLength(200)
  expect(tiledSegments(grid).indexes).toEqual([0, 1, 2, 3, 4, 5, 6])
})
