import type { Cid } from '#protocol/ids.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { masterName } from '../encoding/playlist.ts'
import { treeFiles } from '../encoding/tree-files.ts'
import { createTreeArithmetic } from '../ipfs/tree-arithmetic.ts'
import type { AssembledTree } from '../processing/tree.ts'
import { assembleTree } from '../processing/tree.ts'
import type { OutputFolder } from './output-folder.ts'

/**
 * Writes the texts of a tree whose segments are in its folder, and resolves to the ids the tree has in IPFS. The master
 * comes last: a folder whose master says VOD is whole.
 */
export async function writeTree(folder: OutputFolder, manifest: Manifest): Promise<AssembledTree> {
  const files = treeFiles(manifest)
  const sizes = new Map<Cid, number>()
  const texts: { readonly path: string; readonly text: string }[] = []
  for (const file of files) {
    if ('text' in file) texts.push(file)
    else sizes.set(file.cid, file.bytes)
  }
  for (const { path, text } of [...texts.filter(isNoMaster), ...texts.filter(isMaster)])
    await folder.keepText(path, text)
  await folder.clear(files.map(({ path }) => path))
  return await assembleTree(manifest, createTreeArithmetic(sizes))
}

function isMaster({ path }: { readonly path: string }): boolean {
  return path === masterName
}

function isNoMaster(file: { readonly path: string }): boolean {
  return !isMaster(file)
}
