import path from 'node:path'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { filmClip } from './clip.ts'
import { ffmpeg, untroubled } from './ffmpeg.ts'

/** A kind of video, and how FFmpeg makes some seconds of it. */
export type Film = {
  readonly name: string
  readonly input: (clip: string) => readonly string[]
  readonly filter?: string
  /** Its sound is like that of no film before it. */
  readonly hasOwnSound?: true
  /** The rung it is measured in, where that is not the one of 360 lines. */
  readonly shortSide?: number
  /** The rung's cap, where that is not the one of its size. */
  readonly kbps?: number
}

const generated = (source: string) => (): readonly string[] => ['-f', 'lavfi', '-i', source]
const fromFilm =
  (start: number) =>
  (clip: string): readonly string[] => ['-ss', String(start), '-i', clip]

const seconds = 6
const size = 'size=1280x720'

/** Cells that live and die at random: no rung's cap has bits for them. */
const life = {
  input: generated(
    'life=size=160x90:rate=24:mold=10:ratio=0.2:seed=5:death_color=#c83232:life_color=#00ff00',
  ),
  filter: 'scale=640:360:flags=neighbor',
}

/** Videos as unlike each other as can be made: film, grain, dark, fast, still, soft, drawn, portrait, and starved. */
export const films: readonly Film[] = [
  { name: 'film', hasOwnSound: true, input: fromFilm(4) },
  { name: 'film, another scene', hasOwnSound: true, input: fromFilm(20) },
  { name: 'grain', input: fromFilm(8), filter: 'noise=alls=14:allf=t' },
  { name: 'dark', input: fromFilm(12), filter: "lutyuv=y='16+(val-16)*0.2'" },
  { name: 'fast', input: fromFilm(0), filter: 'setpts=PTS/4,fps=24' },
  {
    name: 'fades and flashes',
    input: fromFilm(16),
    filter: "fade=in:0:24,drawbox=color=white:t=fill:enable='eq(mod(n,17),0)'",
  },
  { name: 'portrait', input: fromFilm(24), filter: 'crop=270:480', shortSide: 270 },
  { name: 'test card', hasOwnSound: true, input: generated(`testsrc2=${size}:rate=30`) },
  {
    name: 'still screen',
    input: generated(`smptehdbars=${size}:rate=30`),
    filter: "drawbox=x='20+t*4':y=300:w=30:h=20:color=white:t=fill",
  },
  { name: 'fractal', input: generated(`mandelbrot=${size}:rate=30:start_scale=0.02`) },
  {
    name: 'soft gradients',
    input: generated(`gradients=${size}:rate=30:speed=0.02:nb_colors=6:seed=7`),
  },
  { name: 'game of life', ...life },
  { name: 'game of life, at 180p', ...life, shortSide: 180, kbps: 150 },
  {
    name: 'confetti',
    input: generated('color=black:size=80x45:rate=30,format=yuv444p'),
    filter: `geq=${['lum', 'cb', 'cr'].map((plane, seed) => `${plane}='32+192*random(${seed})'`).join(':')},scale=1280:720:flags=neighbor`,
  },
  { name: 'noise', input: generated(`color=gray:${size}:rate=30`), filter: 'noise=alls=40:allf=t' },
]

/** Pictures of 1080 lines, with detail that no 480 lines can show: many scenes of film beside each other, and a fractal. */
export const largeFilms: readonly Film[] = [
  {
    name: 'wall of films, 1080p',
    input: fromFilm(2),
    filter: `split=6${wallOf([0, 20, 45, 70, 95, 115])}`,
    shortSide: 1080,
  },
  {
    name: 'wall of films, 1080p, well fed',
    input: fromFilm(12),
    filter: `split=6${wallOf([0, 15, 30, 60, 80, 110])}`,
    shortSide: 1080,
    kbps: 12_000,
  },
  {
    name: 'fractal, 1080p',
    input: generated('mandelbrot=size=1920x1080:rate=30:start_scale=0.3'),
    shortSide: 1080,
  },
]

/** Six moments of one film, in its own pixels, cut to 1920x1080. */
function wallOf(frames: readonly number[]): string {
  const names = frames.map((_, index) => `[m${index}]`)
  const moments = frames.map(
    (frame, index) =>
      `[m${index}]trim=start_frame=${frame},setpts=PTS-STARTPTS,crop=640:480${index % 2 === 1 ? ',hflip' : ''}[w${index}]`,
  )
  const places = frames.map((_, index) => `${640 * (index % 3)}_${480 * Math.floor(index / 3)}`)
  const inputs = frames.map((_, index) => `[w${index}]`).join('')
  return `${names.join('')};${moments.join(';')};${inputs}xstack=inputs=6:layout=${places.join('|')},pad=1920:1080:0:60:gray`
}

/** Makes a film, nearly lossless, with sound. Where the real one is absent, its like is drawn. */
export async function makeFilm(tools: FfmpegTools, film: Film, folder: string): Promise<string> {
  const file = path.join(folder, `${film.name.replaceAll(/\W+/g, '-')}.mkv`)
  const clip = (await filmClip()) ?? (await drawnFilm(tools, folder))
  const filter = [film.filter, 'format=yuv420p'].filter((part) => part !== undefined).join(',')
  const isDrawn = film.input(clip)[1] === 'lavfi'
  const sound = isDrawn
    ? [
        '-f',
        'lavfi',
        '-i',
        "aevalsrc='0.3*sin(440*t+3*sin(2*t))+0.1*(random(0)-0.5)|0.3*sin(330*t)':sample_rate=48000",
      ]
    : []
  await ffmpeg(
    tools,
    ...[...film.input(clip), ...sound, '-map', '0:v:0', '-map', isDrawn ? '1:a' : '0:a'],
    ...[
      '-t',
      String(seconds),
      '-vf',
      filter,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-crf',
      '4',
    ],
    ...['-g', '60', '-c:a', 'flac', file],
  )
  return file
}

async function drawnFilm(tools: FfmpegTools, folder: string): Promise<string> {
  const file = path.join(folder, 'drawn.mp4')
  await makeSampleClip(tools, file, {
    signal: untroubled,
    width: 854,
    height: 480,
    rate: '24',
    seconds: 31,
  })
  return file
}
