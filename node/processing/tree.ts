import type { ContentStore, DirectoryEntry } from '#market/ports/content-store.ts'
import { utf8 } from '#protocol/canonical.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { manifestName } from '../encoding/playlist.ts'
import type { TreeFile } from '../encoding/tree-files.ts'
import { treeFiles } from '../encoding/tree-files.ts'

/** What a tree is put together with: a node's store, or the mere arithmetic of ids. */
export type TreeStore = Pick<ContentStore, 'addBytes' | 'addDirectory' | 'sizes'>

export type AssembledTree = { readonly root: Cid; readonly manifest: Cid }

/**
 * Puts a tree together from a manifest whose segments are here: writes the few texts, names the segments by their ids, moves no bytes.
 * The root depends on nothing but the manifest, so a verifier that assembles the same one holds the whole tree to it.
 */
export async function assembleTree(manifest: Manifest, content: TreeStore): Promise<AssembledTree> {
  const { root, top } = await assembleFiles(treeFiles(manifest), content)
  const found = top.find(({ name }) => name === manifestName)
  if (!found) throw new Error('a tree has a manifest')
  return { root, manifest: found.cid }
}

/** Makes one directory of files, those in folders included; segments have to be here, and are not moved. */
export async function assembleFiles(
  files: readonly TreeFile[],
  content: TreeStore,
): Promise<{ readonly root: Cid; readonly top: readonly DirectoryEntry[] }> {
  const folders = new Map<string, DirectoryEntry[]>()
  const top: DirectoryEntry[] = []
  for (const file of files) {
    const [first = '', second] = file.path.split('/')
    const entry = await entryOf(second ?? first, file, content)
    if (second === undefined) top.push(entry)
    else folderOf(folders, first).push(entry)
  }
  for (const [name, entries] of folders) {
    const { cid, dagBytes } = await content.addDirectory(entries)
    top.push({ name, cid, dagBytes })
  }
  const { cid: root } = await content.addDirectory(top)
  return { root, top }
}

async function entryOf(name: string, file: TreeFile, content: TreeStore): Promise<DirectoryEntry> {
  const { cid, dagBytes } =
    'text' in file ? await content.addBytes(utf8(file.text)) : await content.sizes(file.cid)
  return { name, cid, dagBytes }
}

function folderOf(folders: Map<string, DirectoryEntry[]>, name: string): DirectoryEntry[] {
  const known = folders.get(name)
  if (known) return known
  const created: DirectoryEntry[] = []
  folders.set(name, created)
  return created
}
