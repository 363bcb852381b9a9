import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'

/** What makes an FFmpeg's bytes: its own version, and that of the x264 it was built with. */
export type FfmpegBuild = {
  readonly version: string
  readonly x264: string
}

const size = 16

/**
 * Asks a build who it is by having it encode one small picture: x264 signs its streams, and a build without x264 cannot
 * do it. Rejects with `ffmpeg-missing` for a build that is no use here, and for a program that is no FFmpeg at all.
 */
export async function identifyBuild(ffmpeg: Ffmpeg, signal: AbortSignal): Promise<FfmpegBuild> {
  const directory = await mkdtemp(path.join(tmpdir(), 'spk-encoder-build-'))
  try {
    await writeFile(path.join(directory, 'picture.yuv'), Buffer.alloc((size * size * 3) / 2, 128))
    const { log } = await ffmpeg.run({ args: signature, directory, signal }).catch(refuseBuild)
    const picture = path.join(directory, 'picture.h264')
    const stream = await readFile(picture, 'latin1').catch(refuseStranger)
    return { version: versionIn(log), x264: x264In(stream) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const signature = [
  ...['-f', 'rawvideo', '-pixel_format', 'yuv420p', '-video_size', `${size}x${size}`],
  ...['-i', 'picture.yuv', '-frames:v', '1', '-c:v', 'libx264', '-f', 'h264', 'picture.h264'],
] as const

function refuseBuild(cause: unknown): never {
  if (!(cause instanceof MarketError)) throw cause
  throw new MarketError(
    'ffmpeg-missing',
    'This FFmpeg cannot encode H.264: it was built without libx264, or it does not run on this machine.',
    cause.meta,
    { cause },
  )
}

/** A program that says that all went well, and has made no picture. */
function refuseStranger(cause: unknown): never {
  throw new MarketError('ffmpeg-missing', 'This program is not FFmpeg.', {}, { cause })
}

/** The banner is the first line of the log: `ffmpeg version 5.1.9-0+deb12u1 Copyright (c) …`. */
function versionIn(log: readonly string[]): string {
  const [, version = 'unknown'] = /^ffmpeg version (\S+)/.exec(log[0] ?? '') ?? []
  return version.slice(0, 80)
}

function x264In(stream: string): string {
  const [, build = 'unknown'] = /x264 - (core \d+(?: r\d+ [0-9a-f]+)?)/.exec(stream) ?? []
  return build.slice(0, 40)
}
