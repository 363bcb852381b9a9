import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { DiskStep } from './disk-log.ts'

type DiskFile = { bytes: Buffer; kept: Buffer }
type DiskFolder = { readonly entries: Map<string, DiskEntry>; kept: ReadonlyMap<string, DiskEntry> }
type DiskEntry = DiskFile | DiskFolder

/**
 * What a power cut leaves of all that was not brought to the disk: neither names nor bytes; names without their bytes, as file
 * systems do that keep only names in order; or of each folder and file one or the other, as a seed has it.
 */
export type Loss = 'everything' | 'bytes' | { readonly seed: number }

/** A disk that does as it is told and no more: a file's bytes are kept by its sync, its name by that of its folder. */
export type CutDisk = {
  step(step: DiskStep): void
  /** A file as processes see it while the power is on. */
  textOf(file: string): string | null
  /** Lays out elsewhere what would be there after a power cut now. */
  restore(folder: string, loss: Loss): Promise<void>
  /** Equal for disks that a power cut would leave alike. */
  digest(loss: Loss): string
}

const isFolder = (entry: DiskEntry | undefined): entry is DiskFolder =>
  entry !== undefined && 'entries' in entry

/** A folder that is empty and whose own name is safe. Throws for steps that no file system would take. */
export function createCutDisk(root: string): CutDisk {
  const top: DiskFolder = { entries: new Map(), kept: new Map() }

  const namesIn = (file: string): readonly string[] => {
    const inside = path.relative(root, file)
    return inside === '' ? [] : inside.split(path.sep)
  }
  const entryAt = (file: string): DiskEntry | undefined => {
    let entry: DiskEntry | undefined = top
    for (const name of namesIn(file)) entry = isFolder(entry) ? entry.entries.get(name) : undefined
    return entry
  }
  const folderOf = (file: string): DiskFolder => {
    const folder = entryAt(path.dirname(file))
    if (!isFolder(folder)) throw new RangeError(`no folder for ${file}`)
    return folder
  }
  const fileAt = (file: string): DiskFile => {
    const entry = entryAt(file)
    if (entry === undefined || isFolder(entry)) throw new RangeError(`no file ${file}`)
    return entry
  }

  const step = (done: DiskStep): void => {
    const name = path.basename(done.path)
    switch (done.type) {
      case 'make-folder':
        folderOf(done.path).entries.set(name, { entries: new Map(), kept: new Map() })
        return
      case 'create': {
        const known = entryAt(done.path)
        if (known === undefined)
          folderOf(done.path).entries.set(name, { bytes: empty, kept: empty })
        else if (done.isEmptied && !isFolder(known)) known.bytes = empty
        return
      }
      case 'write': {
        const file = fileAt(done.path)
        const longer = Buffer.alloc(Math.max(file.bytes.length, done.at + done.bytes.length))
        file.bytes.copy(longer)
        done.bytes.copy(longer, done.at)
        file.bytes = longer
        return
      }
      case 'cut': {
        const file = fileAt(done.path)
        const cut = Buffer.alloc(done.length)
        file.bytes.copy(cut)
        file.bytes = cut
        return
      }
      case 'rename': {
        const entry = entryAt(done.path)
        if (entry === undefined) throw new RangeError(`nothing to rename at ${done.path}`)
        folderOf(done.path).entries.delete(name)
        folderOf(done.to).entries.set(path.basename(done.to), entry)
        return
      }
      case 'remove':
        folderOf(done.path).entries.delete(name)
        return
      case 'sync': {
        const entry = entryAt(done.path)
        if (isFolder(entry)) entry.kept = new Map(entry.entries)
        else if (entry !== undefined) entry.kept = entry.bytes
        return
      }
      case 'unrecorded':
        throw new RangeError(`${done.path} was changed in a way that is not recorded`)
    }
  }

  return {
    step,
    textOf: (file) => {
      const entry = entryAt(file)
      return entry === undefined || isFolder(entry) ? null : entry.bytes.toString('utf8')
    },
    restore: async (folder, loss) => {
      for (const [place, bytes] of remains(top, chooser(loss))) {
        const target = path.join(folder, place)
        if (bytes === null) await mkdir(target, { recursive: true })
        else await writeFile(target, bytes)
      }
    },
    digest: (loss) =>
      [...remains(top, chooser(loss))]
        .map(([place, bytes]) => `${place} ${bytes?.toString('base64') ?? ''}`)
        .toSorted()
        .join('\n'),
  }
}

const empty = Buffer.alloc(0)

type Choice = { readonly keepsNames: () => boolean; readonly keepsBytes: () => boolean }

function chooser(loss: Loss): Choice {
  if (loss === 'everything') return { keepsNames: () => false, keepsBytes: () => false }
  if (loss === 'bytes') return { keepsNames: () => true, keepsBytes: () => false }
  let state = loss.seed
  const toss = (): boolean => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >= 2 ** 31
  }
  return { keepsNames: toss, keepsBytes: toss }
}

/** Places and bytes of what is left, folders before what is in them; no bytes for a folder. */
function* remains(
  folder: DiskFolder,
  choice: Choice,
  place = '',
): Generator<readonly [place: string, bytes: Buffer | null]> {
  yield [place, null]
  for (const [name, entry] of choice.keepsNames() ? folder.entries : folder.kept) {
    const inner = path.join(place, name)
    if (isFolder(entry)) yield* remains(entry, choice, inner)
    else yield [inner, choice.keepsBytes() ? entry.bytes : entry.kept]
  }
}
