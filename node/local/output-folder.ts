import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { Cid } from '#protocol/ids.ts'
import { Manifest } from '#protocol/manifest.ts'
import { openDataDirectory } from '../data-directory.ts'
import { manifestName } from '../encoding/playlist.ts'
import { replaceText, syncFile, syncFolder } from './durable.ts'

/** A folder in which a tree is made: what is in it under its final name is whole and on the disk. */
export type OutputFolder = AsyncDisposable & {
  readonly path: string
  /** For unfinished work, on the same disk, readable by its owner only. Empty at the start. */
  readonly scratch: string
  fileOf(name: string): string
  /** Moves finished files to their names in the tree; when it resolves, they survive a power cut. */
  place(files: readonly { readonly from: string; readonly name: string }[]): Promise<void>
  writeText(name: string, text: string): Promise<void>
  /** Removes what is not part of the finished tree: the work folder, and tracks of an earlier one. */
  clear(names: readonly string[]): Promise<void>
}

/** Everything of ours that is no part of the tree. */
const workName = '.spk-encoder'
const sourceName = 'source'

/** Folders that a tree of ours may have. */
const trackName = /^([1-9]\d{0,3}p|audio|storyboard|subtitles-\d+)$/

/**
 * Opens a folder for the tree of a source: a new one, an empty one, or one that holds the same source's tree, whole or not.
 * Rejects with `option-invalid` for any other, so that nothing is ever overwritten, and with `data-locked` while
 * another process works in it.
 */
export async function openOutputFolder(folder: string, source: Cid): Promise<OutputFolder> {
  await refuseForeign(folder, source)
  const work = path.join(folder, workName)
  const lock = openDataDirectory(work)
  try {
    await replaceText(path.join(work, sourceName), source)
    const scratch = path.join(work, 'parts')
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch, { mode: 0o700 })
    return outputFolder(path.resolve(folder), { scratch, work, lock })
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

type Work = { readonly scratch: string; readonly work: string; readonly lock: Disposable }

function outputFolder(root: string, { scratch, work, lock }: Work): OutputFolder {
  const fileOf = (name: string): string => path.join(root, ...name.split('/'))
  return {
    path: root,
    scratch,
    fileOf,
    place: async (files) => {
      const folders = new Set(files.map(({ name }) => path.dirname(fileOf(name))))
      for (const folder of folders) await mkdir(folder, { recursive: true })
      for (const { from, name } of files) {
        await syncFile(from)
        await rename(from, fileOf(name))
      }
      for (const folder of folders) await syncFolder(folder)
    },
    writeText: (name, text) => replaceText(fileOf(name), text),
    clear: async (names) => {
      const tracks = new Set(names.map((name) => name.split('/')[0]))
      for (const name of await readdir(root))
        if (trackName.test(name) && !tracks.has(name))
          await rm(path.join(root, name), { recursive: true, force: true })
      lock[Symbol.dispose]()
      await rm(work, { recursive: true, force: true })
      await syncFolder(root)
    },
    [Symbol.asyncDispose]: async () => {
      await rm(scratch, { recursive: true, force: true })
      lock[Symbol.dispose]()
    },
  }
}

async function refuseForeign(folder: string, source: Cid): Promise<void> {
  const names = await readdir(folder).catch(toNoNames)
  if (names.every((name) => name === workName)) return
  const held = (await readManifestSource(folder)) ?? (await readSource(folder))
  if (held === source) return
  const what = held === null ? 'files that are no tree of this program' : "another video's tree"
  throw new MarketError('option-invalid', `${folder} holds ${what}; choose another --out folder.`)
}

function toNoNames(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  if (error.code === 'ENOTDIR')
    throw new MarketError('option-invalid', 'The --out folder is a file.', {}, { cause: error })
  throw error
}

async function readSource(folder: string): Promise<string | null> {
  return await readFile(path.join(folder, workName, sourceName), 'utf8').catch(() => null)
}

async function readManifestSource(folder: string): Promise<string | null> {
  try {
    const text = await readFile(path.join(folder, manifestName), 'utf8')
    return Manifest.parse(JSON.parse(text)).source
  } catch {
    return null
  }
}
