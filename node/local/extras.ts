import { readFile } from 'node:fs/promises'
import { canonicalJson } from '#protocol/canonical.ts'
import { Manifest } from '#protocol/manifest.ts'
import type { Extras, ExtrasMaker } from '../encoding/extras.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { manifestName } from '../encoding/playlist.ts'
import { treeFiles } from '../encoding/tree-files.ts'
import type { OutputFolder } from './output-folder.ts'

export type WithExtras = Pick<Extras, 'manifest' | 'ignoredSubtitles'>

/**
 * Adds poster, storyboard and subtitles to a tree whose segments are in its folder. Those of an earlier run are kept where
 * they are still what its manifest says.
 */
export async function addExtras(
  folder: OutputFolder,
  manifest: Manifest,
  maker: ExtrasMaker,
): Promise<WithExtras> {
  const kept = await keptExtras(folder, manifest)
  if (kept) return { manifest: kept, ignoredSubtitles: 0 }
  const { files, ...made } = await maker.finish(manifest)
  await folder.place(files)
  return made
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
