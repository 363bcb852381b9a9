import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { EncodedSegment, EncodeRequest } from '#market/ports/encoding-engine.ts'
import { gridSeconds } from '#protocol/grid.ts'
import type { Manifest } from '#protocol/manifest.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { createFirstPictures } from './first-pictures.ts'
import type { Stills } from './stills.ts'
import { makeStills } from './stills.ts'
import { posterName, sheetName, storyboardTrack } from './storyboard.ts'
import { subtitleFile, subtitleTrack } from './subtitle-playlist.ts'
import type { Subtitles } from './subtitles.ts'
import { extractSubtitles } from './subtitles.ts'

export type Extras = {
  /** The tree's manifest with what was added to it. */
  readonly manifest: Manifest
  /** Finished files and their names in the tree. */
  readonly files: readonly { readonly from: string; readonly name: string }[]
  /** Subtitles of the source that are pictures, or too long, and could not be carried over. */
  readonly ignoredSubtitles: number
}

/** Poster, storyboard and subtitles of one tree, made beside its segments. */
export type ExtrasMaker = AsyncDisposable & {
  /** Begins with what needs nothing but the source. Idempotent. */
  begin(): void
  /** Takes what is needed of finished segments while their files are there. */
  gather(segments: readonly EncodedSegment[]): Promise<void>
  /** Makes the rest, once every segment of the manifest is finished. Rejects with a MarketError where FFmpeg cannot. */
  finish(manifest: Manifest): Promise<Extras>
}

export type ExtrasOptions = {
  readonly request: EncodeRequest
  /** A segment that was finished before the maker was there. */
  readonly readSegment: (rendition: string, index: number) => Promise<Uint8Array>
  /** What the segments of a rendition in fragmented MP4 need first, once one of them is finished. */
  readonly readInit: (rendition: string) => Promise<Uint8Array>
  /** An empty folder of the caller's, which it removes after the maker was disposed. */
  readonly directory: string
  readonly signal: AbortSignal
}

/** The one place where extras are made. Equal segments give equal pictures, and equal sources equal texts, with one build of FFmpeg. */
export function createExtrasMaker(
  tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>,
  { request, readSegment, readInit, directory, signal: outer }: ExtrasOptions,
): ExtrasMaker {
  const { source, terms } = request
  const ended = new AbortController()
  const signal = AbortSignal.any([outer, ended.signal])
  const pictures = createFirstPictures(directory, terms, readSegment)
  let subtitles: Promise<Subtitles> | null = null

  const begin = (): Promise<Subtitles> => {
    subtitles ??= extractSubtitles(tools, {
      source,
      videoStream: terms.source.videoStream,
      seconds: gridSeconds(terms.grid),
      directory,
      signal,
    })
    // Whoever finishes hears of a failure; until then it is nobody's.
    subtitles.catch(() => undefined)
    return subtitles
  }

  return {
    begin,
    gather: pictures.gather,
    finish: async (manifest) => {
      const texts = await begin()
      const stillsFolder = path.join(directory, 'stills')
      await mkdir(stillsFolder)
      const { pictureOf } = pictures
      const options = { manifest, pictureOf, readInit, directory: stillsFolder, signal }
      const { poster, storyboard, files } = await makeStills(tools, options)
      const records = texts.records.length > 0 ? { subtitles: [...texts.records] } : {}
      return {
        manifest: { ...manifest, poster, storyboard, ...records },
        files: [...stillFiles(files), ...textFiles(texts)],
        ignoredSubtitles: texts.ignored,
      }
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort()
      await subtitles?.catch(() => undefined)
    },
  }
}

function stillFiles({ poster, sheets }: Stills['files']): Extras['files'] {
  return [
    { from: poster, name: posterName },
    ...sheets.map((from, index) => ({ from, name: `${storyboardTrack}/${sheetName(index)}` })),
  ]
}

function textFiles({ files }: Subtitles): Extras['files'] {
  return files.map((from, index) => ({ from, name: `${subtitleTrack(index)}/${subtitleFile}` }))
}
