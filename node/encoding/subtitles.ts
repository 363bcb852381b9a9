import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SubtitleRecord } from '#protocol/manifest.ts'
import { subtitlesLimitBytes } from './extras-shape.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'
import type { Ffprobe } from './ffprobe.ts'
import { fileCid } from './file-cid.ts'
import { inputArguments } from './input-arguments.ts'
import { tickSeconds } from './packet-line.ts'
import type { SourceLayout } from './source-layout.ts'
import { readLayout } from './source-layout.ts'
import type { SubtitleStream } from './subtitle-probe.ts'
import { probeSubtitles } from './subtitle-probe.ts'
import { cleanVtt } from './vtt.ts'

export type SubtitlesOptions = {
  readonly source: string
  readonly videoStream: number
  /** Seconds of video: no text is shown beyond. */
  readonly seconds: number
  readonly directory: string
  readonly signal: AbortSignal
}

export type Subtitles = {
  readonly records: readonly SubtitleRecord[]
  /** One for each record. */
  readonly files: readonly string[]
  readonly ignored: number
}

/** Carries the text tracks of a source over to WebVTT, all in one pass; tracks without a word, or without room, are left out. */
export async function extractSubtitles(
  { ffmpeg, ffprobe }: { readonly ffmpeg: Ffmpeg; readonly ffprobe: Ffprobe },
  { source, videoStream, seconds, directory, signal }: SubtitlesOptions,
): Promise<Subtitles> {
  const layout = await readLayout(ffprobe, source, { videoStream, signal })
  const { streams, ignored } = await probeSubtitles(ffprobe, layout, signal)
  if (streams.length === 0) return { records: [], files: [], ignored }
  await ffmpeg.run({ args: subtitleArguments(layout, streams), directory, signal })
  const records: SubtitleRecord[] = []
  const files: string[] = []
  let room = subtitlesLimitBytes
  let left = ignored
  for (const { index, ...described } of streams) {
    const file = path.join(directory, fileOf(index))
    const text = cleanVtt(await readFile(file, 'utf8'), seconds)
    if (text === null) continue
    const bytes = Buffer.byteLength(text)
    if (bytes > room) {
      left += 1
      continue
    }
    room -= bytes
    await writeFile(file, text)
    records.push({ ...described, cid: await fileCid(file), bytes })
    files.push(file)
  }
  return { records, files, ignored: left }
}

function fileOf(index: number): string {
  return `subtitles_${index}.vtt`
}

/** Times count from the first picture, like those of everything else in the tree. */
function subtitleArguments(
  layout: SourceLayout,
  streams: readonly SubtitleStream[],
): readonly string[] {
  const zero = tickSeconds(layout.video.startPts, layout.video.timeBase)
  return [
    ...['-y', '-loglevel', 'warning', '-threads', '1', ...inputArguments(layout, 0)],
    ...streams.flatMap(({ index }) => [
      ...['-map', `0:${index}`, '-c:s', 'webvtt', '-flags', '+bitexact', '-fflags', '+bitexact'],
      ...['-map_metadata', '-1', '-map_chapters', '-1', '-avoid_negative_ts', 'disabled'],
      ...['-output_ts_offset', (-zero).toFixed(6), '-f', 'webvtt', fileOf(index)],
    ]),
  ]
}
