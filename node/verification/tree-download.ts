import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exporter } from 'ipfs-unixfs-exporter'
import { MarketError } from '#market/errors.ts'
import type { Cid } from '#protocol/ids.ts'
import { manifestName } from '../encoding/playlist.ts'
import { treeFiles } from '../encoding/tree-files.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { readManifest } from './local-tree.ts'

/** Opens one file of a tree by its path in it; null where it is not to be had. */
export type TreeSource = (
  file: string,
  signal: AbortSignal,
) => Promise<AsyncIterable<Uint8Array> | null>

/** Texts of a tree, the manifest above all; a segment is taken to the size that the manifest gives it. */
const textLimitBytes = 64 * 1024 * 1024

/**
 * Copies a tree to a folder, file by file as its manifest names them; nothing is believed, the check hashes all of it.
 * What is missing stays missing. Rejects with `content-unavailable` where there is no manifest.
 */
export async function downloadTree(
  open: TreeSource,
  folder: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (percent: number) => void },
): Promise<void> {
  const copy = (file: string, limit: number) =>
    copyFile(open, { file, folder, limit }, options.signal)
  await copy(manifestName, textLimitBytes)
  const manifest = await readManifest(folder)
  if (!manifest) return
  const files = treeFiles(manifest).filter((file) => file.path !== manifestName)
  for (const [index, file] of files.entries()) {
    await copy(file.path, 'text' in file ? textLimitBytes : file.bytes)
    options.onProgress((100 * (index + 1)) / files.length)
  }
}

/** Files of a tree whose blocks are in a store here. */
export function treeInStore(blocks: FlatBlockStore, root: Cid): TreeSource {
  return async (file, signal) => {
    const options = { offline: true, signal }
    const entry = await exporter(`${root}/${file}`, blocks, options).catch(() => null)
    signal.throwIfAborted()
    return entry?.type === 'file' || entry?.type === 'raw' ? entry.content(options) : null
  }
}

/** Files of a tree behind a gateway. Rejects with `peer-unreachable` where nothing answers there. */
export function treeBehindGateway(gateway: string, root: Cid): TreeSource {
  return async (file, signal) => {
    const address = new URL(`/ipfs/${root}/${file}`, gateway)
    const response = await fetch(address, { signal }).catch((cause: unknown) => {
      signal.throwIfAborted()
      const message = `The gateway ${gateway} does not answer.`
      throw new MarketError('peer-unreachable', message, {}, { cause })
    })
    if (response.ok && response.body) return Readable.fromWeb(response.body)
    await response.body?.cancel()
    return null
  }
}

type Copy = { readonly file: string; readonly folder: string; readonly limit: number }

/** What is longer than it may be is cut there, and found to be another file. */
async function copyFile(
  open: TreeSource,
  { file, folder, limit }: Copy,
  signal: AbortSignal,
): Promise<void> {
  const content = await open(file, signal)
  if (!content) return
  const target = path.join(folder, file)
  await mkdir(path.dirname(target), { recursive: true })
  try {
    await pipeline(upTo(content, limit + 1), createWriteStream(target), { signal })
  } catch (cause) {
    signal.throwIfAborted()
    await rm(target, { force: true })
    if (!(cause instanceof MarketError) && !isCutOff(cause)) throw cause
  }
}

/** A connection or a store that ends in the middle of a file has not delivered it. */
function isCutOff(cause: unknown): boolean {
  return cause instanceof Error && !('syscall' in cause && cause.syscall === 'write')
}

async function* upTo(
  content: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array> {
  let left = limit
  for await (const chunk of content) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}
