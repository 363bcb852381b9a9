import { cp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileCid } from '#node/encoding/file-cid.ts'
import { treeFiles } from '#node/encoding/tree-files.ts'
import type { InitRecord, Manifest } from '#protocol/manifest.ts'
import type { Tree } from './clip.ts'
import { makeFolder } from './ffmpeg.ts'

/** A tree that its maker has tampered with. */
export type ForgedTree = { readonly folder: string; readonly manifest: Manifest }

/** A copy of a tree in a folder of its own. */
export async function copyOf({ folder, manifest }: ForgedTree): Promise<ForgedTree> {
  const copy = path.join(await makeFolder(), 'tree')
  await cp(folder, copy, { recursive: true })
  return { folder: copy, manifest: structuredClone(manifest) }
}

/** Writes the texts that go with a manifest: a lie is told in all of them alike. */
export async function publish({ folder, manifest }: ForgedTree): Promise<void> {
  for (const file of treeFiles(manifest))
    if ('text' in file) await writeFile(path.join(folder, file.path), file.text)
}

export type Change = (bytes: Buffer, forged: ForgedTree) => Promise<Uint8Array> | Uint8Array

/** A copy of a tree in which a file is another, with the manifest and the texts that go with it. */
export async function forge(
  tree: Pick<Tree, 'folder' | 'manifest'>,
  name: string,
  change: Change,
): Promise<ForgedTree> {
  const forged = await copyOf(tree)
  const file = path.join(forged.folder, name)
  const known = treeFiles(tree.manifest).find((entry) => entry.path === name)
  await writeFile(file, await change(await readFile(file), forged))
  for (const record of recordsOf(forged.manifest))
    if (known && 'cid' in known && record.cid === known.cid) {
      record.cid = await fileCid(file)
      record.bytes = (await readFile(file)).length
    }
  await publish(forged)
  return forged
}

/** Every file that a manifest names by its id, as it stands there. */
function recordsOf({ renditions, audio, poster, storyboard }: Manifest): readonly InitRecord[] {
  const tracks = audio ? [...renditions, audio] : renditions
  return [
    ...tracks.flatMap(({ segments, init }) => (init ? [init, ...segments] : segments)),
    ...(poster ? [poster] : []),
    ...(storyboard?.sheets ?? []),
  ]
}
