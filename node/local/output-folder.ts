import { access, constants, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { Cid } from '#protocol/ids.ts'
import type { Recipe } from '#protocol/recipe.ts'
import type { DataDirectory } from '../data-directory.ts'
import { explainFailure, makeDirectory, openDataDirectory } from '../data-directory.ts'
import { cidMasterName, manifestName, masterName } from '../encoding/playlist.ts'
import { posterName } from '../encoding/storyboard.ts'
import { replaceText, replaceTextDurably, syncFile, syncFolder } from './durable.ts'

/** A folder in which a tree is made: what is in it under its final name is whole and on the disk. */
export type OutputFolder = AsyncDisposable & {
  readonly path: string
  /** For unfinished work, on the same disk, readable by its owner only. Empty at the start. */
  readonly scratch: string
  /** The recipe of a tree that was here and is no more, since another one is wanted; null where there was none. */
  readonly discarded: string | null
  fileOf(name: string): string
  /** Moves finished files to their names in the tree; when it resolves, they survive a power cut. */
  place(files: readonly { readonly from: string; readonly name: string }[]): Promise<void>
  /** Writes a text that a next run writes again; a power cut may lose it. */
  writeText(name: string, text: string): Promise<void>
  /** Writes a text that survives a power cut once it resolves. */
  keepText(name: string, text: string): Promise<void>
  /** Removes what is not part of the finished tree: the work folder, and tracks of an earlier one. */
  clear(names: readonly string[]): Promise<void>
}

/** Everything of ours that is no part of the tree. */
const workName = '.spk-encoder'
const sourceName = 'source'
const recipeName = 'recipe'

/** Of a tree that was begun before such a thing was noted. */
const unknownRecipe = 'an earlier recipe'

/** Folders that a tree of ours may have. */
const trackName = /^([1-9]\d{0,3}p|audio|storyboard|subtitles-\d+)$/

/**
 * Opens a folder for the tree of a source: a new one, an empty one, or one that holds the same source's tree, whole or not. A tree
 * by another recipe, of today's or of an earlier version, is removed first: no tree is ever of two.
 * Rejects with `option-invalid` for any other folder, so that nothing of anybody's is overwritten, with `data-unusable` for one
 * that cannot be written, and with `data-locked` while another process works in it.
 */
export async function openOutputFolder(
  folder: string,
  { source, recipe }: HeldTree & { readonly recipe: Recipe },
): Promise<OutputFolder> {
  const work = path.join(folder, workName)
  const { held, lock } = await claim(folder, work, source)
  try {
    // The recipe comes last: a folder that is left before it is found to be of none, and cleared again.
    await syncFolder(path.dirname(folder))
    await replaceTextDurably(path.join(work, sourceName), source)
    const isOther = held !== null && held.recipe !== recipe
    const discarded = isOther && (await discardTree(folder)) ? held.recipe : null
    await replaceTextDurably(path.join(work, recipeName), recipe)
    await syncFolder(folder)
    const scratch = path.join(work, 'parts')
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch, { mode: 0o700 })
    return outputFolder(path.resolve(folder), { scratch, work, lock, discarded })
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

/** Makes the folder as any other is made, for whoever may read what this user makes, and what is ours alone in it for its owner only. */
async function claim(
  folder: string,
  work: string,
  source: Cid,
): Promise<{ readonly held: HeldTree | null; readonly lock: DataDirectory }> {
  const chosen = { path: folder, as: '--out folder' }
  try {
    const held = await refuseForeign(folder, source)
    makeDirectory(folder)
    await access(folder, constants.W_OK | constants.X_OK)
    return { held, lock: openDataDirectory(work, { chosen }) }
  } catch (error) {
    throw explainFailure(chosen, error)
  }
}

/** What a folder's tree is of, and by which recipe. */
type HeldTree = { readonly source: Cid; readonly recipe: string }

type Work = Pick<OutputFolder, 'scratch' | 'discarded'> & {
  readonly work: string
  readonly lock: Disposable
}

function outputFolder(root: string, { scratch, work, lock, discarded }: Work): OutputFolder {
  const fileOf = (name: string): string => path.join(root, ...name.split('/'))
  return {
    path: root,
    scratch,
    discarded,
    fileOf,
    place: async (files) => {
      const folders = new Set(files.map(({ name }) => path.dirname(fileOf(name))))
      for (const folder of folders) await mkdir(folder, { recursive: true })
      for (const { from, name } of files) {
        await syncFile(from)
        await rename(from, fileOf(name))
      }
      for (const folder of folders.add(root)) await syncFolder(folder)
    },
    writeText: (name, text) => replaceText(fileOf(name), text),
    keepText: (name, text) => replaceTextDurably(fileOf(name), text),
    clear: async (names) => {
      const tracks = new Set(names.map((name) => name.split('/')[0]))
      for (const name of await readdir(root))
        if (trackName.test(name) && !tracks.has(name))
          await rm(path.join(root, name), { recursive: true, force: true })
      // What says whose tree this is may only go once the manifest says it for good.
      await syncFolder(root)
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

/** What of the source's is there; null for a folder that is new or empty. */
async function refuseForeign(folder: string, source: Cid): Promise<HeldTree | null> {
  const names = await readdir(folder).catch(toNoNames)
  const held = (await readManifest(folder)) ?? (await readWork(folder))
  if (held?.source === source) return held
  if (names.every((name) => name === workName)) return null
  const what = held === null ? 'files that are no tree of this program' : "another video's tree"
  throw new MarketError('option-invalid', `${folder} holds ${what}; choose another --out folder.`)
}

function toNoNames(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  if (error.code === 'ENOTDIR')
    throw new MarketError('option-invalid', 'The --out folder is a file.', {}, { cause: error })
  throw error
}

/** Removes all that is of a tree, or of one that was begun, and returns whether there was anything. */
async function discardTree(root: string): Promise<boolean> {
  const texts: readonly string[] = [masterName, cidMasterName, manifestName, posterName]
  const names = (await readdir(root)).filter((name) => trackName.test(name) || texts.includes(name))
  for (const name of names) await rm(path.join(root, name), { recursive: true, force: true })
  await syncFolder(root)
  return names.length > 0
}

async function readWork(folder: string): Promise<HeldTree | null> {
  const read = (name: string) =>
    readFile(path.join(folder, workName, name), 'utf8').catch(() => null)
  const { success, data: source } = Cid.safeParse(await read(sourceName))
  return success ? { source, recipe: (await read(recipeName)) ?? unknownRecipe } : null
}

/** As much as manifests of every version say alike. */
const AnyManifest = z.object({ source: Cid, recipe: z.string() })

async function readManifest(folder: string): Promise<HeldTree | null> {
  try {
    const text = await readFile(path.join(folder, manifestName), 'utf8')
    return AnyManifest.parse(JSON.parse(text))
  } catch {
    return null
  }
}
