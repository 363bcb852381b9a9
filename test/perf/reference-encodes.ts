import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { FrameGrid } from '#protocol/grid.ts'
import type { Ladder, Rendition } from '#protocol/ladder.ts'

const run = promisify(execFile)

export type ReferenceEncode = {
  readonly ffmpeg: string
  readonly source: string
  readonly grid: FrameGrid
  readonly ladder: Ladder
  /** An empty folder; each rendition gets one below it, with its playlist. */
  readonly folder: string
}

/** What a script would do: one process of as many threads as it likes decodes once and encodes the whole ladder. */
export async function encodeAtOnce({
  ffmpeg,
  source,
  grid,
  ladder,
  folder,
}: ReferenceEncode): Promise<void> {
  await makeFolders(folder, ladder)
  const pads = ladder.map((_, index) => `[in${index}]`).join('')
  const branches = ladder.map(
    ({ width, height }, index) =>
      `[in${index}]scale=${width}:${height}:flags=bicubic,format=yuv420p[out${index}]`,
  )
  const graph = [`[0:v:0]split=${ladder.length}${pads}`, ...branches].join(';')
  await run(ffmpeg, [
    ...[...common, '-i', source, '-filter_complex', graph],
    ...ladder.flatMap((rendition, index) => [
      ...['-map', `[out${index}]`, ...encoder(rendition, grid)],
      ...playlist(grid, folder, rendition.name),
    ]),
    ...sound(grid, folder),
  ])
}

/** What the network's encoders do today: a process for each rendition, one after the other, each decoding the source again. */
export async function encodeOneByOne({
  ffmpeg,
  source,
  grid,
  ladder,
  folder,
}: ReferenceEncode): Promise<void> {
  await makeFolders(folder, ladder)
  for (const rendition of ladder) {
    const scale = `scale=${rendition.width}:${rendition.height}:flags=bicubic,format=yuv420p`
    await run(ffmpeg, [
      ...[...common, '-i', source, '-map', '0:v:0', '-map', '0:a:0', '-vf', scale],
      ...[...encoder(rendition, grid), ...aac, ...playlist(grid, folder, rendition.name)],
    ])
  }
}

/** The playlist of one rendition of a reference encode. */
export function referencePlaylist(folder: string, { name }: Rendition): string {
  return path.join(folder, name, 'index.m3u8')
}

const common = ['-hide_banner', '-nostdin', '-y', '-v', 'error'] as const
const aac = ['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000'] as const

function encoder({ kbps, profile, level }: Rendition, { segmentFrames }: FrameGrid): string[] {
  const group = String(segmentFrames)
  return [
    ...['-c:v', 'libx264', '-preset', 'medium', '-crf', '23'],
    ...['-maxrate', `${kbps}k`, '-bufsize', `${2 * kbps}k`],
    ...['-profile:v', profile, '-level:v', level],
    ...['-g', group, '-keyint_min', group, '-sc_threshold', '0'],
  ]
}

function playlist({ rate, segmentFrames }: FrameGrid, folder: string, name: string): string[] {
  const seconds = (segmentFrames * rate.denominator) / rate.numerator
  return [
    ...['-f', 'hls', '-hls_time', seconds.toFixed(6), '-hls_playlist_type', 'vod'],
    ...['-hls_segment_filename', path.join(folder, name, '%05d.ts')],
    path.join(folder, name, 'index.m3u8'),
  ]
}

function sound(grid: FrameGrid, folder: string): string[] {
  return ['-map', '0:a:0', ...aac, ...playlist(grid, folder, 'audio')]
}

async function makeFolders(folder: string, ladder: Ladder): Promise<void> {
  for (const name of [...ladder.map((rendition) => rendition.name), 'audio'])
    await mkdir(path.join(folder, name), { recursive: true })
}
