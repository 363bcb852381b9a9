import { readFile } from 'node:fs/promises'
import type { EdgeCase } from './edge-case.ts'
import { card, clap, lavfi, tone, x264 } from './edge-case.ts'

const clapped = {
  frames: 50,
  size: '160x90',
  rate: '25.000',
  hasSound: true,
  clapSeconds: 1,
} as const
const second = { frames: 25, size: '160x90', rate: '25.000' } as const

const coded = (name: string, file: string, ...args: readonly string[]): EdgeCase => ({
  name,
  make: ({ make }) => make(file, ...clap(), ...x264, ...args),
  outcome: clapped,
})

/** A tone at full scale in each of so many channels. */
const full = (layout: string, channels: number): readonly string[] => {
  const each = Array.from({ length: channels }, () => 'sin(2*PI*500*t)').join('|')
  return lavfi(`aevalsrc=${each}:c=${layout}:s=48000:d=1`)
}

const mixed = (name: string, layout: string, channels: number): EdgeCase => ({
  name,
  make: ({ make }) =>
    make(`${layout}.mkv`, ...card(), ...full(layout, channels), ...x264, '-c:a', 'pcm_s16le'),
  outcome: { ...second, hasSound: true, peak: [0.85, 1] },
})

export const sound: readonly EdgeCase[] = [
  {
    name: 'none',
    isRepresentative: true,
    make: ({ make }) => make('none.mp4', ...card(), ...x264),
    outcome: { ...second, hasSound: false },
  },
  {
    name: 'one without channels, as if there were none',
    make: async ({ make, write }) => {
      const bytes = await readFile(await make('two-channels.mp4', ...clap(), ...x264))
      const entry = bytes.indexOf('mp4a', bytes.indexOf('soun'))
      bytes.writeUInt16BE(0, entry + 20)
      bytes.write('free', bytes.indexOf('esds', entry))
      return await write('no-channels.mp4', bytes)
    },
    outcome: { ...second, frames: 50, hasSound: false },
  },
  coded('Opus', 'opus.webm', '-c:v', 'libvpx', '-c:a', 'libopus'),
  coded('Vorbis', 'vorbis.mkv', '-c:a', 'libvorbis'),
  coded('AC-3', 'ac3.mkv', '-c:a', 'ac3'),
  coded('E-AC-3', 'eac3.mkv', '-c:a', 'eac3'),
  coded('DTS', 'dts.mkv', '-c:a', 'dca', '-strict', '-2'),
  coded('PCM of 24 bits', 'pcm.mov', '-c:a', 'pcm_s24le'),
  coded('MP3 in MP4', 'mp3.mp4', '-c:a', 'libmp3lame'),
  coded('ALAC', 'alac.mp4', '-c:a', 'alac'),
  coded('8 kHz', 'slow.mkv', '-c:a', 'pcm_s16le', '-ar', '8000'),
  coded('192 kHz', 'fast.mkv', '-c:a', 'pcm_s24le', '-ar', '192000'),
  coded('11025 Hz', 'odd.mov', '-c:a', 'aac', '-ar', '11025'),
  { ...mixed('mono keeps its level', 'mono', 1), isRepresentative: true },
  mixed('stereo keeps its level', 'stereo', 2),
  { ...mixed('5.1 at full scale does not clip', '5.1', 6), isRepresentative: true },
  mixed('7.1 at full scale does not clip', '7.1', 8),
  {
    name: 'sixteen channels without a layout',
    make: ({ make }) => {
      const merge = `${'[1:a]'.repeat(16)}amerge=inputs=16[sixteen]`
      const maps = ['-map', '0:v', '-map', '[sixteen]', '-c:a', 'pcm_s16le']
      return make('sixteen.mov', ...card(), ...tone(), '-filter_complex', merge, ...maps, ...x264)
    },
    outcome: { ...second, hasSound: true },
  },
  {
    name: 'the default one of several',
    isRepresentative: true,
    make: ({ make }) => {
      const faint = lavfi("aevalsrc='0.05*sin(2*PI*300*t)':s=48000:d=1")
      const loud = lavfi("aevalsrc='0.9*sin(2*PI*300*t)':s=48000:d=1")
      const maps = ['-map', '0', '-map', '1', '-map', '2']
      const dispositions = ['-disposition:a:0', '0', '-disposition:a:1', 'default']
      return make('languages.mkv', ...card(), ...faint, ...loud, ...maps, ...dispositions, ...x264)
    },
    outcome: { ...second, hasSound: true, peak: [0.7, 1] },
  },
  {
    name: 'channels that change in mid-stream',
    isRepresentative: true,
    make: async ({ make, write }) => {
      const stereo = await make(
        'stereo.ts',
        ...card(),
        ...tone(),
        ...x264,
        '-c:a',
        'ac3',
        '-ac',
        '2',
      )
      const surround = ['-c:a', 'ac3', '-ac', '6', '-output_ts_offset', '1.08']
      const rest = await make('surround.ts', ...card(), ...tone(), ...x264, ...surround)
      const both = Buffer.concat([await readFile(stereo), await readFile(rest)])
      return await write('changing.ts', both)
    },
    outcome: { ...second, frames: 50, hasSound: true },
  },
  {
    name: 'sound alone',
    isRepresentative: true,
    make: ({ make }) => make('alone.m4a', ...tone(), '-c:a', 'aac'),
    outcome: { refused: 'input-no-video' },
  },
  {
    name: 'a damaged first packet',
    make: async ({ make, write }) => {
      const whole = await make('whole-sound.ts', ...clap(), ...x264, '-c:a', 'aac')
      const bytes = await readFile(whole)
      for (let offset = 0; offset < bytes.length; offset += 188) {
        const isSound = (bytes.readUInt16BE(offset + 1) & 0x1fff) === 0x101
        if (!isSound) continue
        bytes.fill(0x55, offset + 40, offset + 188)
        break
      }
      return await write('damaged-sound.ts', bytes)
    },
    outcome: clapped,
  },
]
