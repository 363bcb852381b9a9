import { mkdir, open, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Brings a file's bytes to the disk itself: what is renamed afterwards cannot turn out empty after a power cut. */
export async function syncFile(file: string): Promise<void> {
  await using handle = await open(file, 'r+')
  await handle.sync()
}

/** Brings a folder's names to the disk, where that can be asked for: Windows and some file systems know no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  try {
    await using handle = await open(folder, 'r')
    await handle.sync()
  } catch (error) {
    if (!isUnaskable(error)) throw error
  }
}

/** A folder that may be written to but not be read cannot be opened; file systems of the network and of users may refuse it. */
const unaskable: readonly unknown[] = ['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS']

function isUnaskable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && unaskable.includes(error.code)
}

/** Writes a text so that whoever looks sees the old one or the new one, never half of either. A power cut may leave neither. */
export async function replaceText(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await rename(await writeUnfinished(file, text), file)
}

/** The same, and once it resolves the new one survives a power cut, as far as its folder does. */
export async function replaceTextDurably(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const unfinished = await writeUnfinished(file, text)
  await syncFile(unfinished)
  await rename(unfinished, file)
  await syncFolder(path.dirname(file))
}

async function writeUnfinished(file: string, text: string): Promise<string> {
  const unfinished = `${file}.unfinished`
  await writeFile(unfinished, text)
  return unfinished
}
