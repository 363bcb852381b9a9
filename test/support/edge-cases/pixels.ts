import { readFile } from 'node:fs/promises'
import type { EdgeCase, Expectation, Workshop, Yuv } from './edge-case.ts'
import { card, lavfi, patch, patchFrames, patchRgb, patchYuv, x264, yuvOf } from './edge-case.ts'
import { dolbyVision, withDescription } from './mp4-boxes.ts'

const asPatch = (middle: Yuv = patchYuv, tolerance = 3): Expectation => ({
  ...patchFrames,
  middle,
  tolerance,
})

/** The patch in one pixel format, without loss. */
const lossless = (format: string, matrix = 'bt601', range = 'tv'): EdgeCase => ({
  name: `${format} (${matrix}, ${range})`,
  make: ({ make }) => {
    const scale = `scale=out_color_matrix=${matrix}:out_range=${range},format=${format}`
    const tags = matrix === 'bt709' ? ['-colorspace', 'bt709'] : []
    const file = `${format}-${matrix}-${range}.mkv`
    return make(file, ...patch, '-vf', scale, ...tags, '-color_range', range, '-c:v', 'ffv1')
  },
  outcome: asPatch(),
})

/** A grey of so many nits, which table and reference must agree on, coded in high dynamic range. */
function bright({ make }: Workshop): Promise<string> {
  const transfer = 'smpte2084'
  const linear = 'zscale=transfer=linear:npl=203,format=gbrpf32le,zscale=primaries=bt2020'
  const coded = `zscale=transfer=${transfer}:matrix=bt2020nc:range=tv:npl=203,format=yuv420p10`
  const tags = `colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc:log-level=error`
  return make(
    `${transfer}.mp4`,
    ...lavfi('color=0x804428:s=160x90:r=25:d=0.2,format=gbrp'),
    ...['-vf', `setparams=color_primaries=bt709:color_trc=bt709,${linear},${coded}`],
    ...['-c:v', 'libx265', '-x265-params', tags, '-tag:v', 'hvc1'],
    ...['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc'],
  )
}

const dim = yuvOf([0x80, 0x44, 0x28])

async function withDolby(workshop: Workshop, profile: number, compatibility: number) {
  const plain = await readFile(await bright(workshop))
  const content = withDescription(plain, 'dvcC', dolbyVision(profile, compatibility))
  return await workshop.write(`dolby${profile}.mp4`, content)
}

/** Half-transparent white is grey over black. */
const half = lavfi('color=white@0.5:s=160x90:r=25:d=0.2,format=rgba')
const grey = asPatch([126, 128, 128], 2)

export const pixels: readonly EdgeCase[] = [
  { ...lossless('yuv420p', 'bt601', 'pc'), isRepresentative: true },
  lossless('yuv420p', 'bt709'),
  lossless('yuv422p'),
  lossless('yuv444p', 'bt709', 'pc'),
  lossless('yuv420p10le', 'bt709'),
  lossless('yuv422p10le'),
  lossless('yuv444p12le'),
  { ...lossless('gbrp', 'bt709', 'pc'), isRepresentative: true },
  {
    name: 'gbrp10le',
    make: async ({ make, write }) => {
      const [red, green, blue] = patchRgb.map((value) => Math.round((value * 1023) / 255))
      const planes = [green, blue, red].map((value = 0) =>
        Buffer.from(new Uint16Array(160 * 90).fill(value).buffer),
      )
      const frames = Array.from({ length: 5 }, () => Buffer.concat(planes))
      const raw = await write('gbrp10.raw', Buffer.concat(frames))
      const format = ['-f', 'rawvideo', '-pix_fmt', 'gbrp10le', '-s', '160x90', '-r', '25']
      return await make('gbrp10.mkv', ...format, '-i', raw, '-c:v', 'ffv1')
    },
    outcome: asPatch(),
  },
  {
    name: 'yuvj420p (MJPEG, full range)',
    make: ({ make }) =>
      make('j.avi', ...patch, '-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-q:v', '1'),
    outcome: asPatch(),
  },
  {
    name: 'untagged high definition is BT.709',
    make: ({ make }) =>
      make(
        'hd.mkv',
        ...patch,
        '-vf',
        'scale=1280:720:out_color_matrix=bt709,format=yuv420p',
        '-c:v',
        'ffv1',
      ),
    outcome: { ...asPatch(), size: '1280x720', ladder: ['720p', '480p'] },
  },
  {
    name: 'gray',
    make: ({ make }) =>
      make(
        'gray.mkv',
        ...lavfi('color=0x808080:s=160x90:r=25:d=0.2'),
        '-pix_fmt',
        'gray',
        '-c:v',
        'ffv1',
      ),
    outcome: grey,
  },
  {
    name: 'GIF of few colours',
    isRepresentative: true,
    make: ({ make }) => {
      const palette = 'split[a][b];[a]palettegen[p];[b][p]paletteuse'
      return make('palette.gif', ...patch, '-filter_complex', palette)
    },
    outcome: asPatch(),
  },
  {
    name: 'transparent RGB',
    make: ({ make }) => make('rgba.mov', ...half, '-c:v', 'qtrle'),
    outcome: grey,
  },
  {
    name: 'transparent ProRes 4444',
    make: ({ make }) =>
      make(
        '4444.mov',
        ...half,
        '-c:v',
        'prores_ks',
        '-profile:v',
        '4444',
        '-pix_fmt',
        'yuva444p10le',
      ),
    outcome: grey,
  },
  {
    name: 'transparent VP9',
    isRepresentative: true,
    make: ({ make }) => make('alpha.webm', ...half, '-c:v', 'libvpx-vp9', '-pix_fmt', 'yuva420p'),
    outcome: grey,
  },
  {
    name: 'HDR10',
    isRepresentative: true,
    make: bright,
    outcome: asPatch(dim, 3),
  },
  {
    name: 'HLG',
    make: ({ make }) => {
      const grey = 'color=0x808080:s=160x90:r=25:d=0.2,format=gbrp'
      const coded = 'scale=out_color_matrix=bt2020:out_range=tv,format=yuv420p10'
      const tags = ['-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']
      const hlg = ['-color_trc', 'arib-std-b67', ...tags]
      return make('hlg.mkv', ...lavfi(`${grey},${coded}`), ...hlg, '-c:v', 'ffv1')
    },
    outcome: asPatch([139, 128, 128], 2),
  },
  {
    name: 'Dolby Vision 8 over HDR10',
    make: (workshop) => withDolby(workshop, 8, 1),
    outcome: asPatch(dim, 3),
  },
  {
    name: 'Dolby Vision 5',
    isRepresentative: true,
    make: (workshop) => withDolby(workshop, 5, 0),
    outcome: { refused: 'input-unsupported' },
  },
  {
    name: 'wide colours in standard range',
    make: ({ make }) => {
      const wide =
        'zscale=primaries=bt2020:transfer=bt709:matrix=bt2020nc:range=tv,format=yuv420p10'
      return make(
        'wide.mkv',
        ...lavfi('color=0x804428:s=160x90:r=25:d=0.2,format=gbrp'),
        ...['-vf', `setparams=color_primaries=bt709:color_trc=bt709,${wide}`, '-c:v', 'ffv1'],
        ...['-color_primaries', 'bt2020', '-color_trc', 'bt709', '-colorspace', 'bt2020nc'],
      )
    },
    outcome: asPatch(dim, 3),
  },
  {
    name: 'film grain',
    make: ({ make }) =>
      make('grain.mp4', ...lavfi('color=gray:s=160x90:r=25:d=1,noise=alls=40:allf=t'), ...x264),
    outcome: { frames: 25, size: '160x90', rate: '25.000', mostKbps: 450 },
  },
  {
    name: 'a card in ten bits, 4:2:0, H.264',
    make: ({ make }) => make('hi10.mkv', ...card(), '-pix_fmt', 'yuv420p10le', ...x264),
    outcome: { frames: 25, size: '160x90', rate: '25.000' },
  },
]
