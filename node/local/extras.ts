import { mkdtemp, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import { gridSeconds } from '#protocol/grid.ts'
import { Manifest } from '#protocol/manifest.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { manifestName, segmentName } from '../encoding/playlist.ts'
import { makeStills } from '../encoding/stills.ts'
import { posterName, sheetName, storyboardTrack } from '../encoding/storyboard.ts'
import { subtitleFile, subtitleTrack } from '../encoding/subtitle-playlist.ts'
import { extractSubtitles } from '../encoding/subtitles.ts'
import { treeFiles } from '../encoding/tree-files.ts'
import type { OutputFolder } from './output-folder.ts'

export type WithExtras = {
  readonly manifest: Manifest
  /** Subtitles of the source that are pictures and could not be carried over. */
  readonly ignoredSubtitles: number
}

export type ExtrasOptions = {
  readonly folder: OutputFolder
  readonly request: EncodeRequest
  readonly signal: AbortSignal
}

/**
 * Adds poster, storyboard and subtitles to a tree whose segments are in its folder. Those of an earlier run are kept where
 * they are still what its manifest says.
 */
export async function addExtras(
  tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>,
  manifest: Manifest,
  options: ExtrasOptions,
): Promise<WithExtras> {
  const { folder, request, signal } = options
  const kept = await keptExtras(folder, manifest)
  if (kept) return { manifest: kept, ignoredSubtitles: 0 }
  const directory = await mkdtemp(path.join(folder.scratch, 'extras-'))
  try {
    const stills = await makeStills(tools, {
      manifest,
      readSegment: (rendition, index) =>
        readFile(folder.fileOf(`${rendition}/${segmentName(index)}`)),
      directory,
      signal,
    })
    const { source, terms } = request
    const subtitles = await extractSubtitles(tools, {
      source,
      videoStream: terms.source.videoStream,
      seconds: gridSeconds(terms.grid),
      directory,
      signal,
    })
    await folder.place([
      { from: stills.files.poster, name: posterName },
      ...stills.files.sheets.map((from, index) => ({
        from,
        name: `${storyboardTrack}/${sheetName(index)}`,
      })),
      ...subtitles.files.map((from, index) => ({
        from,
        name: `${subtitleTrack(index)}/${subtitleFile}`,
      })),
    ])
    const { poster, storyboard } = stills
    const texts = subtitles.records.length > 0 ? { subtitles: [...subtitles.records] } : {}
    return {
      manifest: { ...manifest, poster, storyboard, ...texts },
      ignoredSubtitles: subtitles.ignored,
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The manifest of the same tree with its extras, if it is in the folder and each of them is whole. */
async function keptExtras(folder: OutputFolder, manifest: Manifest): Promise<Manifest | null> {
  const text = await readFile(folder.fileOf(manifestName), 'utf8').catch(() => null)
  const earlier = text === null ? null : parseManifest(text)
  if (!earlier?.poster) return null
  const { poster: _, storyboard: __, subtitles: ___, ...bare } = earlier
  if (canonicalJson(bare) !== canonicalJson(manifest)) return null
  const segments = new Set(treeFiles(manifest).map((file) => file.path))
  for (const file of treeFiles(earlier)) {
    if (segments.has(file.path) || 'text' in file) continue
    const cid = await fileCid(folder.fileOf(file.path)).catch(() => null)
    if (cid !== file.cid) return null
  }
  return earlier
}

function parseManifest(text: string): Manifest | null {
  try {
    return Manifest.parse(JSON.parse(text))
  } catch {
    return null
  }
}
