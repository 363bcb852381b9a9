import { readFile } from 'node:fs/promises'
import type { EdgeCase } from './edge-case.ts'
import { card, clap, clapPicture, lavfi, tone, x264 } from './edge-case.ts'

const small = { size: '160x90' } as const
const aac = ['-c:a', 'aac'] as const

/** A moving edge whose fields are a fiftieth of a second apart; `il` takes the flag away again. */
const fields = (order: 'tff' | 'bff', size = '720x576') =>
  lavfi(
    `testsrc2=s=${size}:r=50:d=1.6,scroll=h=0.01,interlace=scan=${order}:lowpass=off,setsar=16/15`,
  )

/** A header that says so many milliseconds of a clip of two seconds. */
const claiming = (name: string, milliseconds: number, outcome: EdgeCase['outcome']): EdgeCase => ({
  name,
  make: async ({ make, write }) => {
    const bytes = await readFile(await make('honest.mkv', ...clap(), ...x264, ...aac))
    const duration = bytes.indexOf(Buffer.from([0x44, 0x89, 0x88])) + 3
    bytes.writeDoubleBE(milliseconds, duration)
    return await write(`claims${milliseconds}.mkv`, bytes)
  },
  outcome,
})

export const time: readonly EdgeCase[] = [
  ...[
    ['10', 10],
    ['24000/1001', 24],
    ['30000/1001', 30],
    ['60000/1001', 60],
  ].map(([rate = '', frames]): EdgeCase => {
    const [numerator = 1, denominator = 1] = String(rate).split('/').map(Number)
    return {
      name: `${(numerator / denominator).toFixed(2)} pictures a second`,
      make: ({ make }) => make(`cfr${numerator}.mp4`, ...card('160x90', String(rate), 1), ...x264),
      outcome: { ...small, frames: Number(frames), rate: (numerator / denominator).toFixed(3) },
    }
  }),
  ...[120, 240, 1000].map(
    (rate): EdgeCase => ({
      name: `${rate} pictures a second are thinned to no more than 60`,
      make: ({ make }) => make(`fast${rate}.mp4`, ...card('160x90', String(rate), 0.5), ...x264),
      outcome:
        rate === 1000
          ? { ...small, frames: 30, rate: '58.824' }
          : { ...small, frames: 30, rate: '60.000' },
    }),
  ),
  {
    name: 'a phone that drops pictures',
    isRepresentative: true,
    make: ({ make }) => {
      const drop = 'select=not(eq(mod(n\\,7)\\,4))*not(between(n\\,20\\,27))'
      return make('phone.mp4', ...clap(2, '30'), '-vf', drop, '-vsync', 'vfr', ...x264)
    },
    outcome: { ...small, frames: 60, rate: '30.000', hasSound: true, clapSeconds: 1 },
  },
  {
    name: 'a screen that stands still',
    make: ({ make }) => {
      const still = 'select=lt(n\\,20)+gt(n\\,80)'
      return make('screen.mkv', ...card('160x90', '60', 2), '-vf', still, '-vsync', 'vfr', ...x264)
    },
    outcome: { ...small, frames: 120, rate: '60.000' },
  },
  {
    name: 'jitter on a clock of 90 kHz',
    make: ({ make }) => {
      const shake = 'setpts=PTS+mod(N*37\\,11)*90/(90000*TB)'
      return make(
        'jitter.mp4',
        ...card('160x90', '30', 2),
        '-vf',
        `settb=1/90000,${shake}`,
        ...[
          ...['-vsync', 'passthrough', '-enc_time_base', '1/90000'],
          ...['-video_track_timescale', '90000', ...x264],
        ],
      )
    },
    outcome: { ...small, frames: 60, rate: '30.000' },
  },
  {
    name: 'a single picture',
    make: ({ make }) => make('one.mp4', ...card(), ...x264, '-frames:v', '1'),
    outcome: { ...small, frames: 1, rate: '25.000' },
  },
  {
    name: 'less than a second',
    make: ({ make }) => make('short.mp4', ...card('160x90', '25', 0.28), ...tone(0.28), ...x264),
    outcome: { ...small, frames: 7, rate: '25.000', hasSound: true },
  },
  {
    name: 'no length in its header (a browser’s recording)',
    isRepresentative: true,
    make: ({ make }) =>
      make(
        'live.webm',
        ...clap(),
        ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus'],
        ...['-f', 'webm', '-live', '1'],
      ),
    outcome: { ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  },
  claiming('longer than its header says', 500, {
    ...{ ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  }),
  claiming('shorter than its header says', 100_000, { refused: 'input-truncated' }),
  {
    name: 'two hours at 10 pictures a second',
    segmentSeconds: 60,
    make: ({ make }) => make('hours.mp4', ...card('16x16', '10', 7_920), ...x264),
    outcome: { size: '16x16', frames: 79_200, rate: '10.000' },
  },
  {
    name: 'begins below zero',
    make: ({ make }) => {
      const early = ['-output_ts_offset', '-0.48', '-avoid_negative_ts', 'disabled']
      return make('negative.mp4', ...card('160x90', '25', 2), ...x264, '-bf', '0', ...early)
    },
    outcome: { ...small, frames: 38, rate: '25.000' },
  },
  {
    name: 'starts at 1.4 s',
    make: ({ make }) => make('late.ts', ...clap(), ...x264, ...aac, '-output_ts_offset', '1.4'),
    outcome: { ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  },
  {
    name: 'clock that wraps around',
    make: ({ make }) => make('wrap.ts', ...clap(), ...x264, ...aac, '-output_ts_offset', '95442.7'),
    outcome: { ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  },
  {
    name: 'a hole of half a second',
    make: ({ make }) => {
      const hole = 'select=not(between(n\\,30\\,42))'
      return make('hole.mkv', ...clap(), '-vf', hole, '-vsync', 'vfr', ...x264, ...aac)
    },
    outcome: { ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  },
  {
    name: 'cut by an edit list',
    isRepresentative: true,
    make: async ({ make }) => {
      const whole = await make('to-edit.mp4', ...clap(), ...x264, '-g', '50', ...aac)
      return await make('edited.mp4', '-ss', '0.48', '-i', whole, '-c', 'copy')
    },
    outcome: { ...small, frames: 38, rate: '25.000', hasSound: true, clapSeconds: 0.52 },
  },
  {
    name: 'key frames half a minute apart',
    make: ({ make }) => make('gop.mp4', ...card('64x36', '10', 35), ...x264, '-g', '300'),
    outcome: { size: '64x36', frames: 350, rate: '10.000' },
  },
  {
    name: 'open groups of pictures',
    make: ({ make }) =>
      make(
        'open.ts',
        ...card('160x90', '25', 2),
        ...x264,
        '-x264-params',
        'open-gop=1:keyint=10:bframes=3:scenecut=0',
      ),
    outcome: { ...small, frames: 50, rate: '25.000' },
  },
  {
    name: 'fields, upper first',
    make: ({ make }) =>
      make('tff.ts', ...fields('tff'), ...x264, '-flags', '+ildct+ilme', '-x264-params', 'tff=1'),
    outcome: { frames: 40, rate: '25.000', size: '640x480' },
  },
  {
    name: 'fields, lower first',
    make: ({ make }) =>
      make(
        'bff.mpg',
        ...fields('bff'),
        '-c:v',
        'mpeg2video',
        '-b:v',
        '4M',
        '-flags',
        '+ildct+ilme',
      ),
    outcome: { frames: 40, rate: '25.000', size: '640x480' },
  },
  {
    name: 'fields that no header tells of',
    make: ({ make }) => make('silent.mp4', ...fields('tff'), ...x264),
    outcome: { frames: 40, rate: '25.000', size: '640x480' },
  },
  {
    name: 'telecine',
    make: ({ make }) =>
      make(
        'telecine.mpg',
        ...lavfi('testsrc2=s=720x480:r=24000/1001:d=1.7,telecine'),
        '-c:v',
        'mpeg2video',
        '-b:v',
        '4M',
        '-flags',
        '+ildct+ilme',
      ),
    outcome: { frames: 51, rate: '29.970', size: '720x480' },
  },
  ...(['longer', 'shorter'] as const).map(
    (name): EdgeCase => ({
      name: `sound ${name} than the pictures`,
      make: ({ make }) =>
        make(
          `${name}.mp4`,
          ...card('160x90', '25', 1),
          ...tone(name === 'longer' ? 2 : 0.4),
          ...x264,
        ),
      outcome: { ...small, frames: 25, rate: '25.000', hasSound: true },
    }),
  ),
  {
    name: 'fragments still being written',
    make: async ({ make, write }) => {
      const flags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-g', '25']
      const whole = await make('fragments.mp4', ...clap(4), ...x264, ...aac, ...flags)
      const bytes = await readFile(whole)
      return await write('unfinished.mp4', bytes.subarray(0, bytes.lastIndexOf('moof') - 4))
    },
    outcome: { ...small, frames: 75, rate: '25.000', hasSound: true, clapSeconds: 2 },
  },
  {
    name: 'sound that starts later',
    isRepresentative: true,
    make: ({ make }) => {
      const late = lavfi("aevalsrc='0.7*sin(2*PI*1000*t)*gte(t,0.6)':s=48000:d=1.6")
      const [picture, sound] = [clapPicture(), ['-itsoffset', '0.4', ...late]]
      return make('later.mkv', ...picture, ...sound, '-map', '0', '-map', '1', ...x264, ...aac)
    },
    outcome: { ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  },
  {
    name: 'sound that starts earlier',
    make: ({ make }) => {
      const picture = ['-itsoffset', '0.4', ...clapPicture()]
      const early = lavfi("aevalsrc='0.7*sin(2*PI*1000*t)*gte(t,1.4)':s=48000:d=2.4")
      return make('earlier.mkv', ...picture, ...early, '-map', '0', '-map', '1', ...x264, ...aac)
    },
    outcome: { ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  },
  {
    name: 'sound with a hole',
    make: ({ make }) => {
      const hole = 'aselect=not(between(t\\,0.2\\,0.7))'
      return make('sound-hole.mkv', ...clap(), '-af', hole, ...x264, '-c:a', 'pcm_s16le')
    },
    outcome: { ...small, frames: 50, rate: '25.000', hasSound: true, clapSeconds: 1 },
  },
]
