import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { Cid } from '#protocol/ids.ts'
import { Manifest } from '#protocol/manifest.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { manifestName } from '../encoding/playlist.ts'
import { treeFiles } from '../encoding/tree-files.ts'
import { createTreeArithmetic } from '../ipfs/tree-arithmetic.ts'
import { assembleTree } from '../processing/tree.ts'

/** A tree in a folder, each of whose files was hashed. */
export type LocalTree = {
  readonly manifest: Manifest
  /** The id of the directory that the tree is in the network. */
  readonly root: Cid
  /** Reads segments by their ids. */
  readonly content: Pick<ContentStore, 'read'>
}

export type OpenedTree =
  | { readonly tree: LocalTree; readonly faults: readonly [] }
  | { readonly tree: null; readonly faults: readonly Fault[] }

const manifestLimitBytes = 64 * 1024 * 1024

/**
 * Opens a tree that lies in a folder and holds every file of it to the manifest: segments by content id and size,
 * playlists by every byte. Rejects with `content-unavailable` where there is no tree at all.
 */
export async function openLocalTree(
  folder: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (percent: number) => void },
): Promise<OpenedTree> {
  const manifest = await readManifest(folder)
  if (!manifest) return { tree: null, faults: [{ code: 'manifest-invalid' }] }
  const files = treeFiles(manifest)
  const sizes = new Map<Cid, number>()
  const paths = new Map<string, string>()
  const faults: Fault[] = []
  for (const [index, file] of files.entries()) {
    options.signal.throwIfAborted()
    options.onProgress((100 * (index + 1)) / files.length)
    const place = path.join(folder, file.path)
    if ('text' in file) {
      const isFile = (await sizeOf(place)) !== null
      const text = isFile ? await readFile(place, 'utf8').catch(() => null) : null
      if (text === null) faults.push({ code: 'unavailable', ...leafOf(file.path) })
      else if (text !== file.text) faults.push({ code: 'tree-differs-from-manifest' })
      continue
    }
    const found = await sizeOf(place)
    if (found === null) faults.push({ code: 'unavailable', ...leafOf(file.path) })
    else if (found !== file.bytes || (await fileCid(place)) !== file.cid)
      faults.push({ code: 'tree-differs-from-manifest', ...leafOf(file.path) })
    paths.set(file.cid, place)
    sizes.set(file.cid, file.bytes)
  }
  if (faults.length > 0) return { tree: null, faults }
  const { root } = await assembleTree(manifest, createTreeArithmetic(sizes))
  return { tree: { manifest, root, content: { read: readBy(paths) } }, faults: [] }
}

/** The manifest in a folder; null where what is called so is none. Rejects with `content-unavailable` without any. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const file = path.join(folder, manifestName)
  const found = await stat(file).catch((cause: unknown) => {
    const message = `There is no tree in ${folder}: it has no ${manifestName}.`
    throw new MarketError('content-unavailable', message, {}, { cause })
  })
  if (!found.isFile() || found.size > manifestLimitBytes) return null
  try {
    return Manifest.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return null
  }
}

/** `480p/segment_003.ts` as the leaf that it is; nothing for a playlist or what begins a track. */
function leafOf(file: string): Pick<Fault, 'rendition' | 'segment'> {
  const [, rendition, index] = /^([^/]+)\/segment_(\d+)\.(?:ts|m4s)$/.exec(file) ?? []
  if (rendition === undefined) return {}
  return { rendition, segment: Number(index) }
}

/** Null where no file is, or none that ends: a pipe would be read for ever. */
async function sizeOf(file: string): Promise<number | null> {
  return await stat(file).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  )
}

function readBy(paths: ReadonlyMap<string, string>): ContentStore['read'] {
  return async (cid, { limitBytes }) => {
    const file = paths.get(cid)
    if (file === undefined)
      throw new MarketError('content-unavailable', `${cid} is not in the tree.`)
    const { size } = await stat(file)
    if (size > limitBytes)
      throw new MarketError('content-corrupt', `${cid} is larger than ${limitBytes} bytes.`)
    return await readFile(file)
  }
}
