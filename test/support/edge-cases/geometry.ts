import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { EdgeCase, Expectation, Workshop } from './edge-case.ts'
import { card, lavfi, quarters, x264 } from './edge-case.ts'

const second = { frames: 25, rate: '25.000' } as const

/** A lossless clip, in a codec that takes any size; FFmpeg's own sources only make even ones. */
const anySize =
  (size: string) =>
  ({ make }: Workshop): Promise<string> => {
    const scaled = ['-vf', `scale=${size.replace('x', ':')},setsar=1`, '-pix_fmt', 'yuv444p']
    return make(`${size}.mkv`, ...card(), ...scaled, '-c:v', 'ffv1')
  }

/** By the entries of a display matrix: a, b, c, d. */
async function turned({ make }: Workshop, entries: readonly number[]): Promise<string> {
  const file = await make(`turned${entries.join('_')}.mp4`, ...quarters, ...x264)
  const bytes = await readFile(file)
  const matrix = bytes.indexOf('tkhd') + 44
  for (const [index, place] of [0, 4, 12, 16].entries())
    bytes.writeInt32BE((entries[index] ?? 0) * 65_536, matrix + place)
  await writeFile(file, bytes)
  return file
}

const upright = (...corners: [string, string, string, string]): Expectation => ({
  ...{ frames: 5, rate: '25.000', size: '160x96' },
  corners,
})
const onItsSide = (...corners: [string, string, string, string]): Expectation => ({
  ...upright(...corners),
  size: '96x160',
})

/** Two clips of different size in one file, as calls and broadcasts make them. */
async function resized({ make, write, folder }: Workshop, codec: string, ending: string) {
  const wide = card('160x90')
  const tall = lavfi('color=white:s=90x160:r=25:d=1')
  const first = await make(`wide.${ending}`, ...wide, '-c:v', codec)
  const offset = ending === 'ts' ? ['-output_ts_offset', '1.08'] : []
  const second = await make(`tall.${ending}`, ...tall, '-c:v', codec, ...offset)
  if (ending === 'ts')
    return await write('resized.ts', Buffer.concat([await readFile(first), await readFile(second)]))
  const list = await write('sizes.txt', `file '${first}'\nfile '${second}'\n`)
  const args = ['-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy']
  return await make(path.relative(folder, path.join(folder, `resized.${ending}`)), ...args)
}

/** Two pictures, in the whole ladder. */
const large = (name: string, size: string, largest: string): EdgeCase => ({
  name,
  make: ({ make }) =>
    make(`${name}.mp4`, ...lavfi(`color=gray:s=${size}:r=25:d=0.08`), ...x264, '-g', '1'),
  outcome: { frames: 2, rate: '25.000', size: largest, ladder: ['1080p', '720p', '480p'] },
})

export const geometry: readonly EdgeCase[] = [
  {
    name: 'portrait',
    isRepresentative: true,
    make: anySize('90x160'),
    outcome: { ...second, size: '90x160' },
  },
  { name: 'square', make: anySize('120x120'), outcome: { ...second, size: '120x120' } },
  { name: '21:9', make: anySize('210x90'), outcome: { ...second, size: '210x90' } },
  { name: '32:9', make: anySize('320x90'), outcome: { ...second, size: '320x90' } },
  {
    name: '1x1',
    isRepresentative: true,
    make: anySize('1x1'),
    outcome: { ...second, size: '2x2' },
  },
  { name: '2x2', make: anySize('2x2'), outcome: { ...second, size: '2x2' } },
  { name: '15x15', make: anySize('15x15'), outcome: { ...second, size: '14x14' } },
  { name: 'odd 853x479', make: anySize('853x479'), outcome: { ...second, size: '852x478' } },
  { name: 'odd 85x47', make: anySize('85x47'), outcome: { ...second, size: '84x46' } },
  { name: '312x240', make: anySize('312x240'), outcome: { ...second, size: '312x240' } },
  {
    name: 'a high portrait gets the ladder of its short side',
    make: ({ make }) => make('high.mp4', ...card('480x854', '25', 0.2), ...x264),
    outcome: { frames: 5, rate: '25.000', size: '480x854' },
  },
  {
    name: 'ultra-wide with more lines than its pixels allow',
    make: ({ make }) => make('ultra.mp4', ...card('2560x720', '25', 0.2), ...x264),
    outcome: { frames: 5, rate: '25.000', size: '1810x510', ladder: ['720p', '480p'] },
  },
  large('portrait of a phone', '1080x1920', '1080x1920'),
  large('4K', '3840x2160', '1920x1080'),
  large('8K', '7680x4320', '1920x1080'),
  {
    name: 'size changes in mid-stream (WebM)',
    isRepresentative: true,
    make: (workshop) => resized(workshop, 'libvpx', 'webm'),
    outcome: { ...second, frames: 50, size: '160x90' },
  },
  {
    name: 'size changes in mid-stream (MPEG-TS)',
    make: (workshop) => resized(workshop, 'libx264', 'ts'),
    outcome: { ...second, frames: 50, size: '160x90' },
  },
  {
    name: 'pixels 80:81',
    make: ({ make }) => make('sar.mp4', ...card('162x90'), '-vf', 'setsar=80/81', ...x264),
    outcome: { ...second, size: '160x90' },
  },
  {
    name: 'anamorphic 4:3 to 16:9',
    make: ({ make }) =>
      make('wide.mpg', ...card('120x90'), '-aspect', '16:9', '-c:v', 'mpeg2video'),
    outcome: { ...second, size: '160x90' },
  },
  {
    name: 'pixels 0:1',
    make: ({ make }) => make('sar0.mkv', ...card(), '-vf', 'setsar=0/1', ...x264),
    outcome: { ...second, size: '160x90' },
  },
  {
    name: 'cropped by its stream',
    make: ({ make }) => {
      const crop = 'h264_metadata=crop_left=16:crop_right=16:crop_top=8:crop_bottom=8'
      return make('crop.mp4', ...card('192x106'), ...x264, '-bsf:v', crop)
    },
    outcome: { ...second, size: '160x96' },
  },
  {
    name: 'turned by 90°',
    isRepresentative: true,
    make: (workshop) => turned(workshop, [0, 1, -1, 0]),
    outcome: onItsSide('blue', 'red', 'white', 'green'),
  },
  {
    name: 'turned by 180°',
    make: (workshop) => turned(workshop, [-1, 0, 0, -1]),
    outcome: upright('white', 'blue', 'green', 'red'),
  },
  {
    name: 'turned by 270°',
    make: (workshop) => turned(workshop, [0, -1, 1, 0]),
    outcome: onItsSide('green', 'white', 'red', 'blue'),
  },
  {
    name: 'mirrored',
    make: (workshop) => turned(workshop, [-1, 0, 0, 1]),
    outcome: upright('green', 'red', 'white', 'blue'),
  },
  {
    name: 'upside down',
    make: (workshop) => turned(workshop, [1, 0, 0, -1]),
    outcome: upright('blue', 'white', 'red', 'green'),
  },
  {
    name: 'turned and mirrored',
    make: (workshop) => turned(workshop, [0, 1, 1, 0]),
    outcome: onItsSide('red', 'blue', 'green', 'white'),
  },
  {
    name: 'turned by a tag alone',
    make: ({ make }) => make('tag.mkv', ...quarters, ...x264, '-metadata:s:v', 'ROTATE=90'),
    outcome: onItsSide('blue', 'red', 'white', 'green'),
  },
]
