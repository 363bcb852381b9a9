import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { MarketErrorCode } from '#market/errors.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { ffmpeg } from '#test/support/ffmpeg.ts'

/** Where inputs are made. */
export type Workshop = {
  readonly folder: string
  readonly tools: FfmpegTools
  /** Makes a file with FFmpeg's arguments for it and answers with its path. */
  make(name: string, ...args: readonly string[]): Promise<string>
  write(name: string, content: string | Uint8Array): Promise<string>
}

export type Yuv = readonly [y: number, u: number, v: number]

/** What a tree must show. Everything that is not named here is checked of every tree alike. */
export type Expectation = {
  readonly frames: number
  readonly size: string
  /** Frames a second, as the playlist says them. */
  readonly rate: string
  readonly hasSound?: boolean
  /** The colour in the middle of the first picture. */
  readonly middle?: Yuv
  /** How far the colour may be off, in 8-bit steps. */
  readonly tolerance?: number
  /** The names of the colours in the corners: top left, top right, bottom left, bottom right. */
  readonly corners?: readonly [string, string, string, string]
  /** When a black picture turns white and a silent sound begins. */
  readonly clapSeconds?: number
  /** Kilobits a second of the largest rendition, on average. */
  readonly mostKbps?: number
  /** The loudest sample, as a share of full scale: at least and at most. */
  readonly peak?: readonly [least: number, most: number]
  /** Names of renditions, where there are several. */
  readonly ladder?: readonly string[]
}

export type EdgeCase = {
  readonly name: string
  /** Whether it also runs with the ordinary tests. */
  readonly isRepresentative?: true
  readonly make: (workshop: Workshop) => Promise<string>
  /** Seconds of a segment: half a one by default, so that a short clip has seams as well. */
  readonly segmentSeconds?: number
  /** Codecs that this machine's FFmpeg is taken not to know. */
  readonly without?: readonly string[]
  readonly outcome: Expectation | { readonly refused: MarketErrorCode }
}

export type EdgeCases = Readonly<Record<string, readonly EdgeCase[]>>

export function openWorkshop(tools: FfmpegTools, folder: string): Workshop {
  return {
    folder,
    tools,
    make: async (name, ...args) => {
      const file = path.join(folder, name)
      await ffmpeg(tools, '-v', 'error', ...args, file)
      return file
    },
    write: async (name, content) => {
      const file = path.join(folder, name)
      await writeFile(file, content)
      return file
    },
  }
}

export const x264 = ['-c:v', 'libx264', '-preset', 'veryfast'] as const

/** A test card of 25 pictures a second, by default one second of it. */
export function card(size = '160x90', rate = '25', seconds = 1): readonly string[] {
  return lavfi(`testsrc2=size=${size}:rate=${rate}:duration=${seconds}`)
}

export function lavfi(graph: string): readonly string[] {
  return ['-f', 'lavfi', '-i', graph]
}

export function tone(seconds = 1, options = ''): readonly string[] {
  return lavfi(`sine=duration=${seconds}${options}`)
}

/** Black turns white, and silence turns into a tone, both at half of the time. */
export function clap(seconds = 2, rate = '25'): readonly string[] {
  const half = seconds / 2
  return [
    ...clapPicture(seconds, rate),
    ...lavfi(`aevalsrc='0.7*sin(2*PI*1000*t)*gte(t,${half})':s=48000:d=${seconds}`),
  ]
}

export function clapPicture(seconds = 2, rate = '25'): readonly string[] {
  const white = `drawbox=c=white:t=fill:enable='gte(t,${seconds / 2})'`
  return lavfi(`color=black:s=160x90:r=${rate}:d=${seconds},${white}`)
}

/** One colour, in red, green and blue, for a fifth of a second. */
export const patchRgb = [200, 100, 50] as const
export const patch = lavfi('color=0xC86432:s=160x90:r=25:d=0.2,format=gbrp')
export const patchFrames = { frames: 5, size: '160x90', rate: '25.000' } as const

/** BT.709 in limited range, as any tree must have it. */
export function yuvOf([red, green, blue]: readonly [number, number, number]): Yuv {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return [
    16 + (219 * luma) / 255,
    128 + (224 * (blue - luma)) / (255 * 1.8556),
    128 + (224 * (red - luma)) / (255 * 1.5748),
  ]
}

export const patchYuv = yuvOf(patchRgb)

/** Red, green, blue and white quarters. */
export const quarters = lavfi(
  'color=red:s=160x96:r=25:d=0.2,drawbox=x=80:c=lime:t=fill,' +
    'drawbox=y=48:w=80:c=blue:t=fill,drawbox=x=80:y=48:c=white:t=fill',
)
