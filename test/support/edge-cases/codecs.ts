import type { EdgeCase } from './edge-case.ts'
import { card, clap, x264 } from './edge-case.ts'

const second = { frames: 25, size: '160x90', rate: '25.000' } as const

/** One second of the test card. */
const encoded = (name: string, file: string, ...args: readonly string[]): EdgeCase => ({
  name,
  make: ({ make }) => make(file, ...card(), ...args),
  outcome: second,
})

const x265 = ['-c:v', 'libx265', '-x265-params', 'log-level=error', '-preset', 'ultrafast'] as const

export const codecs: readonly EdgeCase[] = [
  { ...encoded('HEVC', 'hevc.mp4', ...x265, '-tag:v', 'hvc1'), isRepresentative: true },
  encoded('VP8', 'vp8.webm', '-c:v', 'libvpx'),
  encoded('VP9', 'vp9.webm', '-c:v', 'libvpx-vp9', '-cpu-used', '8', '-deadline', 'realtime'),
  encoded('AV1', 'av1.mp4', '-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime'),
  encoded('MPEG-1', 'mpeg1.mpg', '-c:v', 'mpeg1video'),
  encoded('MPEG-2', 'mpeg2.ts', '-c:v', 'mpeg2video', '-bf', '2'),
  encoded('Xvid in AVI, with B-frames', 'xvid.avi', '-c:v', 'libxvid', '-bf', '2', '-q:v', '4'),
  encoded('MPEG-4 in AVI, with B-frames', 'asp.avi', '-c:v', 'mpeg4', '-bf', '2', '-q:v', '4'),
  encoded('H.264 with B-frames in AVI', 'h264.avi', ...x264),
  encoded('WMV', 'wmv.wmv', '-c:v', 'wmv2', '-b:v', '1M'),
  encoded('FLV', 'flv.flv', '-c:v', 'flv1', '-b:v', '1M'),
  encoded('ProRes', 'prores.mov', '-c:v', 'prores_ks'),
  {
    name: 'DNxHD',
    make: ({ make }) =>
      make(
        'dnxhr.mov',
        ...card('256x120'),
        '-c:v',
        'dnxhd',
        '-profile:v',
        'dnxhr_sq',
        '-pix_fmt',
        'yuv422p',
      ),
    outcome: { ...second, size: '256x120' },
  },
  encoded('Theora', 'theora.ogv', '-c:v', 'libtheora', '-q:v', '6'),
  encoded('lossless screen recording', 'screen.mkv', '-c:v', 'libx264rgb', '-qp', '0'),
  {
    name: 'H.264 and AAC in MPEG-TS',
    make: ({ make }) => make('plain.ts', ...clap(), ...x264, '-c:a', 'aac'),
    outcome: { ...second, frames: 50, hasSound: true, clapSeconds: 1 },
  },
  {
    ...encoded('a codec that this FFmpeg cannot decode', 'unknown.mp4', ...x264),
    isRepresentative: true,
    without: ['h264'],
    outcome: { refused: 'unsupported-here' },
  },
]
