import path from 'node:path'
import type { Ffmpeg } from './ffmpeg-process.ts'

export type SampleClipOptions = {
  readonly signal: AbortSignal
  readonly width?: number
  readonly height?: number
  /** Frames a second, a whole number or a fraction such as `30000/1001`. */
  readonly rate?: string
  readonly seconds?: number
}

/**
 * Makes a clip to encode where nobody has one at hand: a test card with a running clock, over a ground of fine detail that
 * drifts by, and a chord that swells. A few seconds' work, from sources that every build of FFmpeg has.
 */
export async function makeSampleClip(
  { ffmpeg }: { readonly ffmpeg: Ffmpeg },
  file: string,
  options: SampleClipOptions,
): Promise<void> {
  const { signal, width = 1920, height = 1080, rate = '30', seconds = 20 } = options
  const graph = [cardAndGround({ width, height, rate, seconds }), `${chord(seconds)}[sound]`].join(
    ';',
  )
  const args = [
    ...['-loglevel', 'warning', '-filter_complex', graph, '-map', '[picture]', '-map', '[sound]'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '23', '-g', '60', '-bf', '2'],
    ...['-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart', path.resolve(file)],
  ]
  await ffmpeg.run({ args, directory: path.dirname(path.resolve(file)), signal })
}

type Picture = Required<Pick<SampleClipOptions, 'width' | 'height' | 'rate' | 'seconds'>>

/** The ground is drawn once, a quarter larger than the picture, and a window wanders over it: cheap to make, and never still. */
function cardAndGround({ width, height, rate, seconds }: Picture): string {
  const card = `testsrc2=size=${even(width / 3)}x${even(height / 3)}:rate=${rate}:duration=${seconds}`
  const ground = [
    `color=c=gray:size=${even(1.25 * width)}x${even(1.25 * height)}:rate=${rate}:duration=0.01`,
    'noise=alls=100:allf=u',
    'gblur=sigma=4',
    'eq=contrast=4',
    'loop=loop=-1:size=1',
    `setpts=N/(${rate})/TB`,
    `trim=duration=${seconds}`,
    `crop=${width}:${height}:x='${width / 8}*(1+sin(t*0.9))':y='${height / 8}*(1+cos(t*0.7))'`,
  ].join(',')
  return `${card}[card];${ground}[ground];[ground][card]overlay=(W-w)/2:(H-h)/2,format=yuv420p[picture]`
}

function chord(seconds: number): string {
  return `aevalsrc=${swell(220)}|${swell(330)}:sample_rate=48000:duration=${seconds}`
}

/** A tone that grows louder and fainter. */
function swell(hertz: number): string {
  return `0.4*sin(${hertz}*2*PI*t)*(0.6+0.4*sin(2*PI*t/3))`
}

function even(value: number): number {
  return 2 * Math.ceil(value / 2)
}
