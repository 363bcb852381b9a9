import path from 'node:path'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { ffmpeg, makeFolder } from './ffmpeg.ts'

export type ShortClipOptions = {
  readonly name?: string
  readonly width?: number
  readonly height?: number
  readonly rate?: string
  readonly seconds?: number
  /** False for a silent clip. */
  readonly hasSound?: boolean
  /** What is done to the finished pictures, in FFmpeg's filters. */
  readonly filters?: string
  /** More of FFmpeg's options for the file. */
  readonly output?: readonly string[]
}

/**
 * A clip such as people share: something small and busy moves over a soft ground that changes, with two tones. Encoders of
 * every kind come close to one another on it, which they do not on noise.
 */
export async function makeShortClip(
  tools: FfmpegTools,
  {
    name = 'clip.mp4',
    width = 1280,
    height = 720,
    rate = '30',
    seconds = 9,
    hasSound = true,
    filters = 'null',
    output = [],
  }: ShortClipOptions = {},
): Promise<string> {
  const file = path.join(await makeFolder(), name)
  const time = `rate=${rate}:duration=${seconds}`
  const card = `testsrc2=size=${even(width / 3)}x${even(height / 3)}:${time}`
  const ground = `gradients=size=${width}x${height}:${time}:speed=0.02:seed=3`
  const moving = `overlay=x='${even(width / 12)}+${even(width / 14)}*t':y=${even(height / 4)}`
  await ffmpeg(
    tools,
    ...['-f', 'lavfi', '-i', ground, '-f', 'lavfi', '-i', card],
    ...['-f', 'lavfi', '-i', `aevalsrc=${tone(220)}|${tone(330)}:s=44100:d=${seconds}`],
    ...['-filter_complex', `[0][1]${moving},format=yuv420p,${filters}[v]`, '-map', '[v]'],
    ...(hasSound ? ['-map', '2', '-c:a', 'aac'] : []),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-g', '60', ...output, file],
  )
  return file
}

function tone(hertz: number): string {
  return `0.3*sin(${hertz}*2*PI*t)*(0.6+0.4*sin(2*PI*t/3))`
}

function even(pixels: number): number {
  return 2 * Math.round(pixels / 2)
}
