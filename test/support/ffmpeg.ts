import { execFile } from 'node:child_process'
import { globSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import shippedFfmpeg from '@ffmpeg-installer/ffmpeg'
import shippedFfprobe from '@ffprobe-installer/ffprobe'
import { childEnvironment } from '#node/config.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { openFfmpegTools } from '#node/encoding/ffmpeg-tools.ts'

const run = promisify(execFile)

export const { PATH: searchPath = '' } = childEnvironment({})

/** A signal that nobody aborts. */
export const untroubled = new AbortController().signal

const prefix = path.join(tmpdir(), 'spk-encoder-test-')
let isTidy = false

/** A temporary folder, named after its process: the first one made by a process removes those of processes that are gone. */
export async function makeFolder(): Promise<string> {
  if (!isTidy) removeAbandoned()
  isTidy = true
  return await mkdtemp(`${prefix}${process.pid}-`)
}

function removeAbandoned(): void {
  for (const folder of globSync(`${prefix}*`)) {
    const pid = Number.parseInt(folder.slice(prefix.length), 10)
    if (!isAlive(pid)) rmSync(folder, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** FFmpeg as the product finds it on this machine. */
export async function openTools(options: { readonly stallMs?: number } = {}): Promise<FfmpegTools> {
  const directory = await makeFolder()
  return await openFfmpegTools({ directory, searchPath, signal: untroubled, ...options })
}

/** The build of 2018 that npm ships: the oldest that has to work. */
export async function openShippedTools(): Promise<FfmpegTools> {
  return await openFfmpegTools({
    directory: await makeFolder(),
    searchPath: '',
    ffmpegPath: shippedFfmpeg.path,
    ffprobePath: shippedFfprobe.path,
    signal: untroubled,
  })
}

/** Runs the machine's FFmpeg past the product, to make inputs and to judge outputs. */
export async function ffmpeg(tools: FfmpegTools, ...args: readonly string[]): Promise<string> {
  const all = ['-hide_banner', '-nostdin', '-y', '-v', 'warning', ...args]
  const { stderr } = await run(tools.binaries.ffmpeg, all, { maxBuffer: 64 * 2 ** 20 })
  return stderr
}

/** Everything FFmpeg has to say against a tree when its own HLS demuxer reads all of it: nothing, for a good one. */
export async function complaintsAbout(tools: FfmpegTools, master: string): Promise<string> {
  return await ffmpeg(tools, '-i', master, '-map', '0', '-f', 'null', '-')
}

/** One packet as FFmpeg demuxes it, in ticks of the stream. */
export type Packet = { readonly pts: number; readonly dts: number; readonly isKey: boolean }

/** The packets of a file's or a playlist's only stream. */
export async function packetsOf(tools: FfmpegTools, file: string): Promise<readonly Packet[]> {
  const entries = ['-show_entries', 'packet=pts,dts,flags', '-of', 'json']
  const { stdout } = await run(tools.binaries.ffprobe, ['-v', 'error', ...entries, file], {
    maxBuffer: 64 * 2 ** 20,
  })
  const { packets }: { packets: { pts: number; dts: number; flags: string }[] } = JSON.parse(stdout)
  return packets.map(({ pts, dts, flags }) => ({ pts, dts, isKey: flags.startsWith('K') }))
}

/** MD5 of every decoded picture, in order. */
export async function pictureHashes(
  tools: FfmpegTools,
  file: string,
  ...filters: readonly string[]
): Promise<readonly string[]> {
  const filter = filters.length === 0 ? [] : ['-vf', filters.join(',')]
  const args = ['-v', 'error', '-i', file, '-map', '0:v:0', ...filter, '-f', 'framemd5', '-']
  const { stdout } = await run(tools.binaries.ffmpeg, args, { maxBuffer: 64 * 2 ** 20 })
  return stdout
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',').at(-1)?.trim() ?? '')
}
